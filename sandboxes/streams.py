"""Byte streams into instances: the one module that speaks to an engine from the event loop.

aiohttp makes the short calls (create, inspect and resize an exec): it pools connections and knows TLS. The stream itself is
opened by hand, a request and an ``asyncio.Protocol`` on the socket, because reading has to be paused and resumed in
step with the browser, which no client library offers: aiodocker's stream hides the transport, and costs three times
the CPU for each megabyte. docs/decisions/0002-terminals.md has the figures.
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
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import aiohttp

from sandboxes.duplex import Duplex

CALL_TIMEOUT = 20.0
"""Seconds for a short call, and for the engine to open a stream."""
OUTPUT_LIMIT = 1024 * 1024
"""Bytes of a short command's output that are kept unless told otherwise."""
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


class ShellStream(Duplex):
    """The two byte streams of a command that runs in a container, and what the engine knows of it."""

    def __init__(self, endpoint: EngineEndpoint, exec_id: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.exec_id = exec_id

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
    endpoint: EngineEndpoint,
    container: str,
    argv: Sequence[str],
    stdin: bytes = b"",
    timeout: float = CALL_TIMEOUT,
    limit: int = OUTPUT_LIMIT,
) -> tuple[int, bytes]:
    """Run a short command without a TTY; its exit status and the first ``limit`` bytes of what it printed, on both channels.

    Raises EngineUnreachable, ContainerGone, StreamError where ``stdin`` is given over TLS, and TimeoutError after
    ``timeout`` seconds (the command may run on).
    """
    options = {"AttachStdin": bool(stdin), "AttachStdout": True, "AttachStderr": True, "Tty": False, "Cmd": list(argv)}
    async with asyncio.timeout(timeout):
        stream = await _open(endpoint, container, options)
        try:
            if stdin:
                stream.write(stdin)
                await stream.drain()
                if not stream.write_eof():
                    raise StreamError("A command's input cannot be ended over TLS.")
            output = bytearray()
            while data := await stream.read():
                if len(output) < 2 * limit:
                    output += data
            return await _exit_status(stream), _without_frames(bytes(output))[:limit]
        finally:
            stream.close()


async def stats(endpoint: EngineEndpoint, container: str) -> dict[str, Any]:
    """What the engine measures of a container at the moment (its API's ContainerStats). Raises EngineUnreachable or ContainerGone."""
    _, found = await _call(endpoint, "GET", f"containers/{container}/stats", {"stream": "false", "one-shot": "true"})
    return found


async def _exit_status(stream: ShellStream) -> int:
    # The output ends a moment before the engine has noted the status, and it tells nobody when it has.
    while (status := await stream.status()) is None:  # noqa: ASYNC110 -- the engine has no event to wait for
        await asyncio.sleep(0.02)
    return status


def _without_frames(data: bytes) -> bytes:
    """Join the frames of a stream without TTY: channel, three zeros, length in four bytes, content."""
    parts, start = [], 0
    while len(data) >= start + 8:
        end = start + 8 + int.from_bytes(data[start + 4 : start + 8], "big")
        parts.append(data[start + 8 : end])
        start = end
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
            code, text = await stream.opened()
    except (OSError, TimeoutError) as error:
        stream.close()
        raise EngineUnreachable(f"The engine does not open a stream: {_words(error)}") from error
    except BaseException:
        stream.close()
        raise
    if code not in (101, 200):
        stream.close()
        raise _failure(code, text)
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
