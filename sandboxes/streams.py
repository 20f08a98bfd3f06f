"""Byte streams into instances: the one module that speaks to an engine from the event loop.

aiohttp makes the short calls (create, inspect and resize an exec): it pools connections and knows TLS. The stream itself is
opened by hand, a request and an ``asyncio.Protocol`` on the socket, because reading has to be paused and resumed in
step with the browser, which no client library offers: aiodocker's stream hides the transport, and costs three times
the CPU for each megabyte. docs/decisions/terminals.md has the figures.
"""

import asyncio
import contextlib
import json
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import aiohttp

CALL_TIMEOUT = 20.0
"""Seconds for a short call, and for the engine to open a stream."""
READ_LIMIT = 128 * 1024
"""Bytes that may wait here for their reader before the socket is not read any more."""
OUTPUT_LIMIT = 1024 * 1024
"""Bytes of a short command's output that are kept."""
HEADER_LIMIT = 64 * 1024
DEFAULT_URL = "unix:///var/run/docker.sock"


class StreamError(Exception):
    """A stream could not be had. ``retry`` tells whether trying again later can help."""

    retry = False


class EngineUnreachable(StreamError):
    """The engine does not answer, or answers that it cannot just now."""

    retry = True


class ContainerGone(StreamError):
    """The container does not exist or does not run."""


@dataclass(frozen=True, slots=True)
class EngineEndpoint:
    """Where an engine listens: a Unix socket's path, or host and port, with TLS where certificates are given."""

    path: str = ""
    host: str = ""
    port: int = 0
    certificates: str = ""

    @classmethod
    def from_url(cls, url: str = "") -> "EngineEndpoint":
        """Read ``unix://PATH`` or ``tcp://HOST:PORT``; empty means DOCKER_HOST, else the default socket.

        DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem) turns TLS on for tcp. Raises ValueError for any other scheme.
        """
        url = url or os.environ.get("DOCKER_HOST", "") or DEFAULT_URL
        parts = urlsplit(url)
        if parts.scheme == "unix":
            return cls(path=parts.path)
        if parts.scheme == "tcp" and parts.hostname:
            certificates = os.environ.get("DOCKER_CERT_PATH", "")
            return cls(host=parts.hostname, port=parts.port or (2376 if certificates else 2375), certificates=certificates)
        raise ValueError(f"An engine's address begins with unix:// or tcp://, not {url!r}.")

    @property
    def base(self) -> str:
        """The beginning of the URLs of its API."""
        return f"{'https' if self.certificates else 'http'}://{self.host or 'engine'}:{self.port or 80}/"

    def tls(self) -> ssl.SSLContext | None:
        """The context of its connections, None without TLS."""
        return _tls_context(self.certificates) if self.certificates else None


@lru_cache(maxsize=8)
def _tls_context(certificates: str) -> ssl.SSLContext:
    directory = Path(certificates)
    context = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    return context


class ShellStream(asyncio.Protocol):
    """The two byte streams of a running command. One reader, one writer.

    ``read`` gives what has come; nothing is read from the engine while READ_LIMIT bytes wait here or while ``pause``
    holds. ``write`` keeps order; ``drain`` waits until the engine has taken most of it.
    """

    def __init__(self, endpoint: EngineEndpoint, exec_id: str) -> None:
        self.endpoint = endpoint
        self.exec_id = exec_id
        self.bytes_read = 0
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
            self.bytes_read += len(data)
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

    def write_eof(self) -> None:
        """Tell the command that its input ends. Raises StreamError where TLS cannot say so."""
        if self._transport is not None:
            if not self._transport.can_write_eof():
                raise StreamError("A command's input cannot be ended over TLS.")
            self._transport.write_eof()

    async def resize(self, cols: int, rows: int) -> None:
        """Give the TTY another size, in characters. An ended command has none, which is no error.

        Raises EngineUnreachable.
        """
        await _call(self.endpoint, "POST", f"exec/{self.exec_id}/resize", {"w": str(cols), "h": str(rows)}, accept=(404, 409, 500))

    async def running(self) -> bool:
        """Whether the engine still has the command running. Raises EngineUnreachable."""
        _, found = await _call(self.endpoint, "GET", f"exec/{self.exec_id}/json", accept=(404,))
        return bool(found.get("Running"))

    async def status(self) -> int | None:
        """The command's exit status, None while it runs or where it is unknown. Raises EngineUnreachable."""
        _, found = await _call(self.endpoint, "GET", f"exec/{self.exec_id}/json", accept=(404,))
        code = found.get("ExitCode")
        return None if found.get("Running") or not isinstance(code, int) else code

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

    async def opened(self) -> None:
        """Wait for the engine's answer. Raises EngineUnreachable or ContainerGone."""
        code, rest = await self._opened
        if code not in (101, 200):
            self.close()
            raise _failure(code, rest.decode(errors="replace"))


async def open_shell(
    endpoint: EngineEndpoint, container: str, argv: Sequence[str], cols: int, rows: int, env: Mapping[str, str] | None = None
) -> ShellStream:
    """Run ``argv`` in the container on a TTY of ``cols`` × ``rows`` characters and give its streams.

    Raises EngineUnreachable (a retry helps) or ContainerGone. Who opens it closes it.
    """
    options = {"AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Tty": True, "Cmd": list(argv)}
    options["Env"] = [f"{name}={value}" for name, value in (env or {}).items()]
    stream = await _open(endpoint, container, options)
    try:
        # An exec has no TTY before its start: a resize then waits and fails.
        await stream.resize(cols, rows)
    except BaseException:
        stream.close()
        raise
    return stream


async def run(
    endpoint: EngineEndpoint, container: str, argv: Sequence[str], stdin: bytes = b"", timeout: float = CALL_TIMEOUT
) -> tuple[int, bytes]:
    """Run a short command without a TTY; its exit status and the first megabyte of what it printed, on both channels.

    Raises EngineUnreachable, ContainerGone, and TimeoutError after ``timeout`` seconds (the command may run on).
    """
    options = {"AttachStdin": bool(stdin), "AttachStdout": True, "AttachStderr": True, "Tty": False, "Cmd": list(argv)}
    async with asyncio.timeout(timeout):
        stream = await _open(endpoint, container, options)
        try:
            if stdin:
                stream.write(stdin)
                await stream.drain()
                stream.write_eof()
            output = bytearray()
            while data := await stream.read():
                if len(output) < 2 * OUTPUT_LIMIT:
                    output += data
            return await _exit_status(stream), _without_frames(bytes(output))[:OUTPUT_LIMIT]
        finally:
            stream.close()


async def _exit_status(stream: ShellStream) -> int:
    # The output ends a moment before the engine has noted the status, and it tells nobody when it has.
    while (status := await stream.status()) is None:  # noqa: ASYNC110 -- the engine has no event to wait for
        await asyncio.sleep(0.02)
    return status


def _without_frames(data: bytes) -> bytes:
    """Join the frames of a stream without TTY: channel, three zeros, length in four bytes, content."""
    parts = []
    while len(data) >= 8:
        size = int.from_bytes(data[4:8], "big")
        parts.append(data[8 : 8 + size])
        data = data[8 + size :]
    return b"".join(parts)


async def _open(endpoint: EngineEndpoint, container: str, options: Mapping[str, Any]) -> ShellStream:
    _, created = await _call(endpoint, "POST", f"containers/{container}/exec", body=options)
    loop = asyncio.get_running_loop()
    exec_id = str(created["Id"])
    stream = ShellStream(endpoint, exec_id)
    body = json.dumps({"Detach": False, "Tty": options["Tty"]}).encode()
    try:
        async with asyncio.timeout(CALL_TIMEOUT):
            if endpoint.path:
                await loop.create_unix_connection(lambda: stream, endpoint.path)
            else:
                await loop.create_connection(lambda: stream, endpoint.host, endpoint.port, ssl=endpoint.tls())
            stream.write(
                f"POST /exec/{exec_id}/start HTTP/1.1\r\nHost: {endpoint.host or 'engine'}\r\nContent-Type: application/json\r\n"
                f"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await stream.opened()
    except (OSError, TimeoutError) as error:
        stream.close()
        raise EngineUnreachable(f"The engine does not open a stream: {_words(error)}") from error
    except BaseException:
        stream.close()
        raise
    return stream


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[EngineEndpoint, aiohttp.ClientSession]] = WeakKeyDictionary()


def _session(endpoint: EngineEndpoint) -> aiohttp.ClientSession:
    sessions = _sessions.setdefault(asyncio.get_running_loop(), {})
    session = sessions.get(endpoint)
    if session is None or session.closed:
        connector: aiohttp.BaseConnector
        if endpoint.path:
            connector = aiohttp.UnixConnector(endpoint.path, limit=32)
        else:
            connector = aiohttp.TCPConnector(ssl=endpoint.tls() or True, limit=32)
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
        session = aiohttp.ClientSession(endpoint.base, connector=connector, timeout=timeout)
        sessions[endpoint] = session
    return session


async def close_sessions() -> None:
    """Close the kept connections of the running event loop, at its end."""
    for session in _sessions.pop(asyncio.get_running_loop(), {}).values():
        await session.close()


async def _call(
    endpoint: EngineEndpoint,
    method: str,
    path: str,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    accept: Sequence[int] = (),
) -> tuple[int, dict[str, Any]]:
    """A short call of the API: its status and what it answers. Statuses from 400 on, but those of ``accept``, are raised."""
    try:
        async with _session(endpoint).request(method, path, params=query, json=body) as answer:
            text = await answer.text()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise EngineUnreachable(f"The engine does not answer: {_words(error)}") from error
    if answer.status >= 400 and answer.status not in accept:
        raise _failure(answer.status, text)
    with contextlib.suppress(ValueError):
        found = json.loads(text)
        if isinstance(found, dict):
            return answer.status, found
    return answer.status, {}


def _words(error: Exception) -> str:
    return str(error) or "no answer in time"


def _failure(code: int, text: str) -> StreamError:
    # 404: no such container or exec; 409: it is stopped or paused. All else is the engine's own trouble.
    detail = f"The engine answers {code}: {' '.join(text.split())[:300]}" if code else "The engine closed the connection."
    return ContainerGone(detail) if code in (404, 409) else EngineUnreachable(detail)
