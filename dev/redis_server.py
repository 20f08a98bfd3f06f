"""The Redis that this installation uses."""

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dev.console import Problem, Progress
from dev.layout import Layout, free_port
from dev.services import Service


@dataclass(frozen=True, slots=True)
class Redis:
    """An address, and the folder of the private server behind it (None: somebody else runs it)."""

    url: str
    private: Path | None

    @property
    def port(self) -> int:
        """The TCP port."""
        return urlsplit(self.url).port or 6379

    def service(self) -> Service:
        """The private server, for the supervisor: on the loopback address, data in its folder."""
        folder = self.private
        assert folder is not None
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder)]
        options += ["--save", "60 1", "--appendonly", "no", "--daemonize", "no"]
        return Service("redis", ("redis-server", *options), grace=2.0, accepts=("127.0.0.1", self.port))


def choose_redis(layout: Layout, env: Mapping[str, str]) -> Redis:
    """The server at REDIS_URL, else a private one: on the port of the last run while that is free, else a new one."""
    if env.get("REDIS_URL"):
        return Redis(env["REDIS_URL"], None)
    folder = layout.var / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    remembered = folder / "port"
    port = 0
    with suppress(OSError, ValueError):
        port = int(remembered.read_text(encoding="ascii"))
    if not port or not can_listen("127.0.0.1", port):
        port = free_port()
        remembered.write_text(f"{port}\n", encoding="ascii")
    return Redis(f"redis://127.0.0.1:{port}/0", folder)


def can_listen(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def can_connect(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


class ReachableRedis:
    """Somebody else's Redis answers; a private one is the supervisor's to start."""

    title = "Redis"

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def done(self) -> bool:
        """Always true. Raises Problem where the given server does not answer."""
        if self._redis.private is None and not asyncio.run(_answers(self._redis.url)):
            shown = urlsplit(self._redis.url)._replace(netloc=f"{urlsplit(self._redis.url).hostname}:{self._redis.port}")
            raise Problem(f"The Redis at {shown.geturl()} (from REDIS_URL) does not answer: start it, or unset REDIS_URL.")
        return True

    def run(self, progress: Progress) -> None:
        """Nothing to do: ``done`` is true or says why not."""


async def _answers(url: str) -> bool:
    """Whether a Redis is there: any reply line, also a refusal to go on without a password, counts."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise Problem(f"REDIS_URL is {url}; it begins with redis://, rediss:// or unix://.")
    try:
        async with asyncio.timeout(3):
            if parts.scheme == "unix":
                reader, writer = await asyncio.open_unix_connection(unquote(parts.path))
            else:
                tls = parts.scheme == "rediss" or None
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 6379, ssl=tls)
            writer.write(b"PING\r\n")
            reply = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return reply[:1] in {b"+", b"-"}
