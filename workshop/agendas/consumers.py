"""The builder's socket: it says that there is a newer version, and who made it."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import Http404

from sandboxes.sockets import FORBIDDEN, NOT_FOUND, NOT_SIGNED_IN, origin_allowed, subscribe
from workshop.agendas.access import agenda_for
from workshop.agendas.editing import last_editor
from workshop.agendas.news import group

LOOK_AGAIN = 15.0
"""Seconds after which the version is read without news, in case a message was lost."""


class AgendaConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Sends ``{"type": "version", "version": n, "by": name}``: at once, and whenever it grows."""

    channel_layer_alias = "none"
    _follower: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept first: only then can a browser see the close code."""
        await self.accept()
        if not origin_allowed(self.scope):
            await self.close(FORBIDDEN, "This page does not belong to Drydock.")
        elif not self.scope["user"].is_authenticated:
            await self.close(NOT_SIGNED_IN, "Sign in to build an agenda.")
        else:
            self._follower = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Answer a ping."""
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
        agenda_id = self.scope["url_route"]["kwargs"]["agenda_id"]
        read = database_sync_to_async(self._read)
        sent = -1
        async with subscribe(group(agenda_id)) as news:
            while True:
                try:
                    version, by = await read(agenda_id)
                except Http404:
                    await self.close(NOT_FOUND, "There is no such agenda, or it is not yours.")
                    return
                if version != sent:
                    sent = version
                    await self.send_json({"type": "version", "version": version, "by": by})
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.get(), LOOK_AGAIN)

    def _read(self, agenda_id: UUID) -> tuple[int, str]:
        agenda = agenda_for(self.scope["user"], agenda_id, edit=True)
        return agenda.version, last_editor(agenda)
