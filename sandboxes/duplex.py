"""A hijacked HTTP connection as two byte streams, read only as fast as somebody takes what comes. Knows no Docker."""

import asyncio
from typing import cast

READ_LIMIT = 128 * 1024
"""Bytes that may wait here for their reader before the socket is not read any more."""
HEADER_LIMIT = 64 * 1024


class Duplex(asyncio.Protocol):
    """Two byte streams on one socket, after the head of an HTTP answer. One reader, one writer.

    ``read`` gives what has come; nothing is read from the engine while READ_LIMIT bytes wait here or while ``pause``
    holds. ``write`` keeps order; ``drain`` waits until the engine has taken most of it.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[tuple[int, bytes]] = loop.create_future()
        self._head: bytearray | None = bytearray()
        self._chunks: list[bytes] = []
        self._waiting = 0
        self._held = False
        self._paused = False
        self._ended = False
        self._reader: asyncio.Future[None] | None = None
        self._writers: list[asyncio.Future[None]] = []
        self._full = False
        self._transport: asyncio.Transport | None = None

    # -- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected."""
        # Not isinstance: uvloop's transports have the methods and another ancestor.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of the answer's head, then of the stream: what follows the head in one read belongs to the stream."""
        if self._head is not None:
            self._head += data
            head, end, rest = bytes(self._head).partition(b"\r\n\r\n")
            if not end and len(head) < HEADER_LIMIT:
                return
            status = head.split(b" ", 2)[1:2]
            code = int(status[0]) if status and status[0].isdigit() else 0
            self._head = None
            if not self._opened.done():
                self._opened.set_result((code, rest))
            data = rest
        if data:
            self._chunks.append(data)
            self._waiting += len(data)
            self._pace()
            self._wake()

    def eof_received(self) -> bool:
        """The command's output has ended; the socket is closed with it."""
        self._finish()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        if not self._opened.done():
            self._opened.set_result((0, b""))
        self._transport = None
        self._finish()
        self.resume_writing()

    def pause_writing(self) -> None:
        """The engine takes no more bytes for now."""
        self._full = True

    def resume_writing(self) -> None:
        """The engine takes bytes again."""
        self._full = False
        writers, self._writers = self._writers, []
        for writer in writers:
            if not writer.done():
                writer.set_result(None)

    # -- what a terminal calls

    @property
    def ended(self) -> bool:
        """Whether nothing more will come, apart from what waits to be read."""
        return self._ended

    async def read(self, limit: int = READ_LIMIT) -> bytes:
        """The bytes that have come, at most ``limit``, waiting for the first; empty at the end of the stream."""
        if not self._chunks and not self._ended:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        data, rest = (data, b"") if len(data) <= limit else (data[:limit], data[limit:])
        self._chunks = [rest] if rest else []
        self._waiting = len(rest)
        self._pace()
        return data

    def pause(self) -> None:
        """Leave what comes now in the engine's socket, so that it is read in one piece after ``resume``."""
        self._held = True
        self._pace()

    def resume(self) -> None:
        """Read again."""
        self._held = False
        self._pace()

    def write(self, data: bytes) -> None:
        """Send bytes to the command, in order; they are dropped once the stream has ended."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait until the engine has taken what was written, but for the last 64 KiB or so."""
        if self._full and self._transport is not None:
            writer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._writers.append(writer)
            await writer

    def write_eof(self) -> bool:
        """Tell the other side that no more will be written; False where the connection has no way to say so (TLS)."""
        if self._transport is not None:
            if not self._transport.can_write_eof():
                return False
            self._transport.write_eof()
        return True

    def close(self) -> None:
        """Close the connection at once. The engine lets the command run on: end it first where that matters."""
        if self._transport is not None:
            self._transport.abort()
        self._finish()

    # -- inside

    def _pace(self) -> None:
        want = self._held or self._waiting >= READ_LIMIT
        if want != self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = want
            if want:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _finish(self) -> None:
        self._ended = True
        self._wake()

    async def opened(self) -> tuple[int, str]:
        """Wait for the other side's answer: its status, 0 where the connection was closed, and the text of a refusal."""
        code, rest = await self._opened
        return code, rest.decode(errors="replace")
