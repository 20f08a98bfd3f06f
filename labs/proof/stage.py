"""The sandbox of a proof: asked for, waited for, and ended whatever happens."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from labs import rounds
from labs.models import Lab
from labs.typists import Typists
from sandboxes import services
from sandboxes.services import NotReady, Place, Usage

if TYPE_CHECKING:
    from workshop.accounts.models import User

READY_WITHIN = 300.0
GONE_WITHIN = 90.0
_LOOK_EVERY = 0.5
_NO_LIMIT = 1_000_000

Row = Any
"""A sandbox's row; its class belongs to sandboxes."""


@dataclass(slots=True)
class Stage:
    """A ready sandbox with somebody at the keys of each of its terminals that is asked for."""

    row: Row
    places: dict[str, Place]
    typists: Typists

    async def usage(self) -> Usage:
        """What the instance that has used most of each has used."""
        used = [await services.measure(where) for where in self.places.values()]
        return Usage(max(one.memory for one in used), max(one.disk for one in used))

    async def say(self, script: str, *, seconds: float = 30) -> str:
        """What a shell script prints in the first instance; empty where it fails."""
        try:
            outcome = await services.run_inside(self.places["node1"], ["bash", "-c", script], timeout=seconds)
        except (services.SandboxError, TimeoutError):
            return ""
        return outcome.output.decode(errors="replace").strip() if outcome.status == 0 else ""

    async def put_files(self, lab: Lab) -> None:
        """Copy the files of a lab into every instance, as its page does. Raises SandboxError."""
        await rounds.put_everywhere(self.places.values(), await sync_to_async(rounds.files_of)(lab))


@contextlib.asynccontextmanager
async def stage(*, owner: "User", purpose: str, instances: int, within: float = READY_WITHIN) -> AsyncIterator[Stage]:
    """A fresh sandbox, ready to be typed into, ended afterwards. Raises SandboxError where it cannot be had in so many seconds."""
    asking = asyncio.ensure_future(sync_to_async(_ask)(owner, purpose, instances))
    try:
        row = await asyncio.shield(asking)
    except asyncio.CancelledError:
        # It is being made in a thread that does not hear of this.
        await _end(await asking)
        raise
    try:
        await _ready(row, within)
        # With its engine, which no query can be made for from here.
        row = await sync_to_async(services.ready)(owner=owner, purpose=purpose)
        places = {f"node{number}": services.place(row, f"node{number}") for number in range(1, instances + 1)}
        async with contextlib.AsyncExitStack() as opened:
            yield Stage(row, places, Typists(row, opened))
    finally:
        await _end(row)


def _ask(owner: "User", purpose: str, instances: int) -> Row:
    # One that lives already was left by a proof that was killed.
    return services.restart(owner=owner, purpose=purpose, instances=instances, limit=_NO_LIMIT)


async def _ready(row: Row, within: float) -> None:
    limit = time.monotonic() + within
    while row.state != "ready":
        if not row.is_live:
            raise NotReady(f"The sandbox could not be started: {row.message or row.state}")
        if time.monotonic() > limit:
            raise NotReady(f"The sandbox was not ready within {within:.0f} s (it is {row.state}). Does a worker run?")
        await asyncio.sleep(_LOOK_EVERY)
        await row.arefresh_from_db()


async def _end(row: Row) -> None:
    await sync_to_async(services.stop)(sandbox=row)


def clear_up(*, owner: "User", purposes: list[str]) -> list[str]:
    """End whatever is left of these sandboxes and wait until nothing is on the engine; what is still there after a while."""
    limit = time.monotonic() + GONE_WITHIN
    left = purposes
    while left:
        rows = [(purpose, services.current(owner=owner, purpose=purpose)) for purpose in left]
        for _, row in rows:
            if row is not None and row.is_live:
                services.stop(sandbox=row)
        left = [purpose for purpose, row in rows if row is not None and (row.is_live or row.state == "stopping")]
        if not left or time.monotonic() > limit:
            break
        time.sleep(_LOOK_EVERY)
    return left
