"""The long-running parts of the product, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dev.layout import Address, Layout


@dataclass(frozen=True, slots=True)
class Service:
    """One program that the supervisor keeps running.

    ``grace`` is how many seconds it has at least between SIGTERM and SIGKILL. When ``accepts`` names a TCP address, the
    services after it are started only once that address takes connections.
    """

    name: str
    argv: tuple[str, ...]
    grace: float = 3.0
    accepts: tuple[str, int] | None = None
    env: Mapping[str, str] = field(default_factory=dict)


def product_services(layout: Layout, address: Address) -> list[Service]:
    """Worker, beat and web server, in the order of starting. The graces leave room within 10 seconds for all."""
    celery = (str(layout.bin / "celery"), "-A", "workshop")
    worker = (*celery, "worker", "--loglevel", "INFO", "--concurrency", "4", "--hostname", "drydock@%h")
    beat = (*celery, "beat", "--loglevel", "INFO", "--schedule", str(layout.var / "celerybeat-schedule"))
    web = [str(layout.bin / "uvicorn"), "workshop.asgi:application", "--host", address.host]
    web += ["--port", str(address.port), "--loop", "uvloop", "--lifespan", "off", "--timeout-graceful-shutdown", "3"]
    web += ["--ws", "websockets-sansio", "--ws-per-message-deflate", "false"]
    return [
        Service("worker", worker, grace=2.5),
        Service("beat", beat, grace=1.0),
        Service("asgi", tuple(web), grace=3.5),
    ]
