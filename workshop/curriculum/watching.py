"""For authors: content is loaded again when a file is saved, and open pages reload."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from sandboxes.sockets import FORBIDDEN, origin_allowed, subscribe

logger = logging.getLogger(__name__)

GROUP = "curriculum.content"


def saved(folders: list[Path]) -> Iterator[None]:
    """Once at the start, and then each time files below the folders have been saved; ends with Ctrl-C."""
    from watchfiles import watch  # noqa: PLC0415 -- a development package, which a server does not have

    yield None
    for _ in watch(*folders):
        yield None


def announce() -> None:
    """Tell every open page that the content has changed."""
    try:
        async_to_sync(get_channel_layer().group_send)(GROUP, {"type": "content.changed"})
    except (RedisError, OSError) as error:
        logger.warning("Open pages do not hear of the change: Redis does not answer (%s).", error)


class ContentConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Sends ``{"type": "changed"}`` each time content was loaded. Mounted in development only."""

    channel_layer_alias = "none"
    _follower: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Everybody may hear that something changed; what, the page shows."""
        await self.accept()
        if origin_allowed(self.scope):
            self._follower = asyncio.create_task(self._follow())
        else:
            await self.close(FORBIDDEN, "This page does not belong to Drydock.")

    async def disconnect(self, code: int) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Nothing is expected."""

    async def _follow(self) -> None:
        async with subscribe(GROUP) as news:
            while True:
                if (await news.get())["type"] == "content.changed":
                    await self.send_json({"type": "changed"})
