"""The state socket: a page hears of its sandbox as soon as anything changes."""

import asyncio
import contextlib
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from sandboxes.access import FORBIDDEN, NOT_SIGNED_IN, signed_in
from sandboxes.news import owner_group
from sandboxes.origin import origin_allowed
from sandboxes.services import state_for
from sandboxes.subscription import subscribe

LOOK_AGAIN = 10.0
"""Seconds after which the row is read without news, in case a message was lost."""

_NOTHING_YET = object()


class StateConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Sends the owner's state for one purpose: at once, and whenever it differs from what was sent last."""

    # It listens through sandboxes.subscription, which outlives an outage of Redis.
    channel_layer_alias = "none"
    _follower: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept first: only then can a browser see the close code."""
        await self.accept()
        if not origin_allowed(self.scope):
            await self.close(FORBIDDEN, "This page does not belong to Drydock.")
        elif not self.scope["user"].is_authenticated:
            await self.close(NOT_SIGNED_IN, "Sign in to see your sandbox.")
        else:
            self._follower = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Answer a ping, which is how a page finds out that the line is dead."""
        if content == {"type": "ping"}:
            await self.send_json({"type": "pong"})

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """Anything that is not JSON counts as nothing."""
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None

    async def _follow(self) -> None:
        purpose = self.scope["url_route"]["kwargs"]["purpose"]
        read = database_sync_to_async(state_for)
        sent: Any = _NOTHING_YET
        async with subscribe(owner_group(self.scope["user"].pk)) as news:
            while await signed_in(self.scope["user"], self.scope["session"].session_key):
                state = await read(owner=self.scope["user"], purpose=purpose)
                if state["sandbox"] != sent:
                    sent = state["sandbox"]
                    await self.send_json(state)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.get(), LOOK_AGAIN)
        await self.close(NOT_SIGNED_IN, "You have been signed out.")
