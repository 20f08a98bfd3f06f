"""Running the product: what is left to prepare once everything is installed, and the supervisor's plan."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dev import pids
from dev.console import Console, Problem
from dev.health import ask_health
from dev.layout import Address, Layout, read_address
from dev.redis_server import Redis, can_listen, choose_redis
from dev.services import product_services
from dev.site import Database, StaticFiles, site_env
from dev.supervisor import Plan, running, supervise


@dataclass(frozen=True, slots=True)
class Product:
    """One installation: where it listens, which Redis it uses, and the environment of its processes."""

    address: Address
    redis: Redis
    env: Mapping[str, str]


def read_product(layout: Layout, env: Mapping[str, str]) -> Product:
    """What the environment asks for. Raises Problem."""
    address = read_address(env)
    redis = choose_redis(layout, env)
    return Product(address, redis, site_env(layout, env, address, redis.url))


def check_free(layout: Layout, address: Address) -> None:
    """Nothing of ours runs here yet, and nobody else listens at the address. Raises Problem."""
    other = running(layout.run)
    if other is not None:
        raise Problem(f"Drydock runs here already (process {other}); `make stop` stops it.")
    if not can_listen(address.host, address.port):
        raise Problem(
            f"Port {address.port} on {address.host} is taken by another program (or is not this machine's): "
            f"choose another one, such as `make run PORT={address.port + 1 if address.port < 65535 else 8001}`."
        )


def serve(
    layout: Layout,
    env: Mapping[str, str],
    console: Console,
    *,
    product: Product | None = None,
    ready_fd: int | None = None,
) -> int:
    """Prepare the data of one installation and run it until a signal. Returns the status, as ``supervise`` does.

    Everything that is installed or built must be there already.
    """
    product = product or read_product(layout, env)
    check_free(layout, product.address)
    had_accounts = layout.accounts.exists()
    console.perform([Database(layout, product.env), StaticFiles(layout, product.env)])
    services = product_services(layout, product.address)
    if product.redis.private is not None:
        services.insert(0, product.redis.service())
    url = product.address.url

    def ready() -> Iterator[str]:
        announce(layout.run / "address", ready_fd, url)
        yield from welcome(layout, url, first_time=not had_accounts)

    status = supervise(
        Plan(
            services=services,
            env=product.env,
            cwd=layout.root,
            run=layout.run,
            log=layout.log,
            health=lambda: ask_health(url),
            ready=ready,
        )
    )
    (layout.run / "address").unlink(missing_ok=True)
    return status


def announce(file: Path, ready_fd: int | None, url: str) -> None:
    """Tell programs that wait for us: the address in ``run/address``, and as one line in the descriptor given."""
    file.write_text(url + "\n", encoding="ascii")
    if ready_fd is not None:
        os.write(ready_fd, f"{url}\n".encode())
        os.close(ready_fd)


def welcome(layout: Layout, url: str, *, first_time: bool) -> Iterator[str]:
    """What a person needs now. The passwords are printed once; after that only the file's name is."""
    yield ""
    yield f"Drydock is at {url}"
    if layout.accounts.exists() and first_time:
        yield f"The first accounts, also kept in {layout.accounts}:"
        yield from (f"  {line}" for line in layout.accounts.read_text(encoding="utf-8").splitlines())
    elif layout.accounts.exists():
        yield f"The first accounts and their passwords are in {layout.accounts}"
    if pids.is_running(pids.read(layout.run / "dockerd.pid"), "dockerd"):
        yield "The Docker engine that was started for it keeps running afterwards; `make stop-engine` stops it."
    if sys.stdout.isatty():
        yield "Ctrl-C stops Drydock."
    yield ""
