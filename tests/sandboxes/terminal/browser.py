"""What a browser tab does at a terminal's WebSocket, without a browser."""

import asyncio
import json
import secrets
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sandboxes.terminal.protocol import SUBPROTOCOL, reason

PROMPT = b"\x1b[39m $ "
"""The end of the sandbox's prompt, as tmux draws it."""


class Tab:
    """One connection. ``screen`` is what came since ``forget``; all that comes is acknowledged while ``renders``."""

    def __init__(self, socket: ClientConnection, viewer: str) -> None:
        self.socket = socket
        self.viewer = viewer
        self.screen = b""
        self.received = 0
        self.texts: list[dict[str, Any]] = []
        self.renders = True
        self.keeps = True
        self._acknowledged = 0
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                if isinstance(message, str):
                    self.texts.append(json.loads(message))
                else:
                    self.received += len(message)
                    if self.keeps:
                        self.screen += message
                    if self.renders and self.received - self._acknowledged >= 65536:
                        await self.acknowledge()
                self._news.set()
        except ConnectionClosed:
            pass
        self._news.set()

    async def acknowledge(self) -> None:
        """Tell the server that everything has been rendered."""
        self._acknowledged = self.received
        await self.control(type="ack", offset=self.received)

    async def control(self, **frame: object) -> None:
        """Send a text frame."""
        await self.socket.send(json.dumps(frame))

    async def type(self, data: bytes) -> None:
        """Send bytes as a browser does that cuts a long paste into pieces."""
        for start in range(0, len(data), 16384):
            await self.socket.send(data[start : start + 16384])

    def forget(self) -> None:
        """Look only at what comes from now on."""
        self.screen = b""

    async def see(self, expected: bytes, within: float = 15) -> None:
        """Wait until the bytes are on the screen."""
        try:
            async with asyncio.timeout(within):
                while expected not in self.screen:
                    assert not self._reader.done(), f"closed with {self.code}: {self.texts}"
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{expected!r} was not seen; the screen ends with {self.screen[-400:]!r}") from None

    async def gets(self, count: int, within: float) -> None:
        """Wait until so many bytes have come in all."""
        async with asyncio.timeout(within):
            while self.received < count:
                self._news.clear()
                await self._news.wait()

    async def run(self, command: str, expected: bytes, within: float = 15) -> None:
        """Type a command line and wait for what it prints."""
        self.forget()
        await self.type(command.encode() + b"\r")
        await self.see(expected, within)

    async def told(self, kind: str, within: float = 15) -> dict[str, Any]:
        """Wait for a text frame of that type, and give the newest."""
        async with asyncio.timeout(within):
            while True:
                if found := [text for text in self.texts if text["type"] == kind]:
                    return found[-1]
                assert not self._reader.done(), f"closed with {self.code}: {self.texts}"
                self._news.clear()
                await self._news.wait()

    async def closed(self, within: float = 15) -> int:
        """Wait for the server to close, and give the code."""
        async with asyncio.timeout(within):
            await asyncio.shield(self._reader)
        assert self.code is not None
        return self.code

    async def refused(self) -> tuple[int, bool]:
        """Wait to be turned away: the close code, and whether a retry helps. Frame and close say the same."""
        code = await self.closed()
        told = self.texts[-1]
        assert (told["type"], told["code"], self.socket.close_reason) == ("refused", code, reason(told["sentence"]))
        return code, told["retry"]

    @property
    def code(self) -> int | None:
        """The close code, None while the connection is open."""
        return self.socket.close_code

    async def leave(self) -> None:
        """Close the tab."""
        await self.socket.close()
        await self._reader


async def open_tab(
    port: int,
    terminal: str,
    session: str | None,
    *,
    origin: str | None = None,
    viewer: str | None = None,
    query: str | None = None,
    subprotocol: str = SUBPROTOCOL,
    cols: int = 100,
    rows: int = 30,
) -> Tab:
    """Connect as a page of the site would, with the cookie of ``session`` where there is one."""
    viewer = viewer or secrets.token_urlsafe(12)
    query = f"viewer={viewer}&cols={cols}&rows={rows}" if query is None else query
    headers = {"Cookie": f"drydock_session={session}"} if session else {}
    socket = await connect(
        f"ws://127.0.0.1:{port}/ws/terminals/{terminal}/?{query}",
        subprotocols=[subprotocol],  # type: ignore[list-item]
        origin=origin or f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        additional_headers=headers,
        compression=None,
        max_size=None,
    )
    return Tab(socket, viewer)
