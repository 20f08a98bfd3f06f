"""The two ends that are compared: a terminal through the product's WebSocket, and a bare exec stream to the same shell holder."""

import asyncio
import json
import secrets
import time
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sandboxes import streams
from sandboxes.profiles import get_profile
from sandboxes.streams import EngineEndpoint, ShellStream

PROMPT = b"$ "
ACKNOWLEDGE = 65536


class Screen:
    """What both have: bytes in, bytes out. ``rate`` is how fast it renders, in bytes a second (0: at once)."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.received = 0
        self.tail = b""
        self._news = asyncio.Event()
        self.reader: asyncio.Task[None] | None = None

    async def write(self, data: bytes) -> None:
        """Type."""
        raise NotImplementedError

    async def close(self) -> None:
        """Leave the shell, which lives on."""
        raise NotImplementedError

    async def render(self, data: bytes) -> None:
        """Take as long as rendering takes, then show it."""
        if self.rate:
            await asyncio.sleep(len(data) / self.rate)
        self.received += len(data)
        self.tail = (self.tail + data)[-4096:]
        self._news.set()

    async def see(self, expected: bytes, within: float = 60) -> None:
        """Wait until it is among the last bytes since ``clear``."""
        async with asyncio.timeout(within):
            while expected not in self.tail:
                self._news.clear()
                await self._news.wait()

    async def key(self, key: bytes) -> float:
        """Press a key that is not on the screen; seconds until it is."""
        self.tail = b""
        started = time.perf_counter()
        await self.write(key)
        await self.see(key)
        return time.perf_counter() - started

    async def run(self, command: str, expected: bytes, within: float = 120) -> float:
        """Type a command; seconds until it has printed that."""
        self.tail = b""
        started = time.perf_counter()
        await self.write(command.encode() + b"\r")
        await self.see(expected, within)
        return time.perf_counter() - started


class WebScreen(Screen):
    """A browser's connection, which acknowledges what it has rendered."""

    socket: ClientConnection

    @classmethod
    async def open(cls, address: str, origin: str, cookies: str, rate: float = 0) -> "WebScreen":
        """Connect."""
        screen = cls(rate)
        options: dict[str, Any] = {"origin": origin, "additional_headers": {"Cookie": cookies}, "subprotocols": ["drydock.terminal.v1"]}
        screen.socket = await connect(address, compression=None, max_size=None, **options)
        screen.reader = asyncio.create_task(screen._read())
        return screen

    async def _read(self) -> None:
        acknowledged = 0
        try:
            async for message in self.socket:
                if isinstance(message, bytes):
                    await self.render(message)
                    if self.received - acknowledged >= ACKNOWLEDGE:
                        acknowledged = self.received
                        await self.socket.send(json.dumps({"type": "ack", "offset": acknowledged}))
        except ConnectionClosed:
            pass

    async def write(self, data: bytes) -> None:
        """See Screen."""
        await self.socket.send(data)

    async def close(self) -> None:
        """See Screen."""
        await self.socket.close()
        if self.reader is not None:
            await self.reader


class BareScreen(Screen):
    """The engine's stream without a web server: the least that a terminal in this shell holder can cost."""

    stream: ShellStream

    @classmethod
    async def open(cls, container: str, profile: str, session: str, rate: float = 0) -> "BareScreen":
        """Attach to the session, made where there is none."""
        screen = cls(rate)
        argv = get_profile(profile).enter(["/usr/lib/drydock/terminal", "attach", session, secrets.token_hex(8)])
        screen.stream = await streams.open_shell(EngineEndpoint.from_url(), container, argv, 120, 40, {"TERM": "xterm-256color"})
        screen.reader = asyncio.create_task(screen._read())
        return screen

    async def _read(self) -> None:
        while data := await self.stream.read():
            await self.render(data)

    async def write(self, data: bytes) -> None:
        """See Screen."""
        self.stream.write(data)
        await self.stream.drain()

    async def close(self) -> None:
        """See Screen."""
        # tmux.conf detaches at this key.
        self.stream.write(b"\x1b[9000~")
        if self.reader is not None:
            await asyncio.wait([self.reader], timeout=5)
        self.stream.close()
