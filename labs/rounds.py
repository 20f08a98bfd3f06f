"""One round of checks: prepared from rows, asked in the instances, recorded in rows.

The middle part waits for an engine and touches no row, so that a round holds no thread and no transaction.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from labs import progress
from labs.checking import Answer, Look, look
from labs.models import Lab, LabRun
from labs.script import Check
from sandboxes.services import FileToPut, Place, place, put_files, ready

if TYPE_CHECKING:
    from workshop.accounts.models import User

TURN = 30
"""Seconds after which a round that never ended lets the next one begin."""


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be asked: the checks of each instance."""

    lab: Lab
    run: LabRun
    sandbox: UUID
    asked: str = ""
    checks: dict[str, tuple[Place, dict[str, Check]]] = field(default_factory=dict)


def prepare(*, person: "User", lab: Lab, scope: str, step: str, seconds: int) -> Round:
    """Read what is to be checked. Raises NotReady without a running sandbox, StepUnknown for a step that is none."""
    run = progress.run_for(person=person, lab=lab)
    progress.spend(run=run, seconds=seconds)
    sandbox = ready(owner=person, purpose=lab.module)
    script = lab.script
    rows = progress.progress_of(run=run)
    steps = progress.to_check(script=script, rows=rows, sandbox=sandbox.pk, scope=scope, step=step, ordered=lab.ordered)
    by_node: dict[str, tuple[Place, dict[str, Check]]] = {}
    for section in script.steps:
        if section.anchor in steps and section.check is not None:
            node = section.check.node or "node1"
            by_node.setdefault(node, (place(sandbox, node), {}))[1][section.anchor] = section.check
    return Round(lab, run, sandbox.pk, step if scope == "step" else "", by_node)


async def ask(asked: Round, before: str = "") -> Look:
    """Run the checks, those of all instances at the same time; none of an instance that is as ``before``.

    Raises EngineDown and NotReady.
    """
    known = dict(part.split("=", 1) for part in before.split(",") if "=" in part)
    looks = await asyncio.gather(
        *(look(where, checks, since=asked.run.since, before=known.get(node, "")) for node, (where, checks) in asked.checks.items())
    )
    answers = {step: answer for found in looks for step, answer in found.answers.items()}
    return Look(answers, ",".join(f"{node}={found.seen}" for node, found in zip(asked.checks, looks, strict=True)))


def record(asked: Round, answers: dict[str, Answer]) -> dict[str, Any]:
    """Keep the answers; what the page shows."""
    progress.record(run=asked.run, script=asked.lab.script, sandbox=asked.sandbox, answers=answers, asked=asked.asked)
    return progress.describe(lab=asked.lab, run=asked.run, sandbox=asked.sandbox, answers=answers)


@contextlib.contextmanager
def turn(run: LabRun) -> Iterator[bool]:
    """Whether it is this round's turn: one at a time for a person and a lab. Without Redis everybody has their turn."""
    key = f"labs.round.{run.pk}"
    try:
        free = bool(cache.add(key, 1, TURN))
    except (RedisError, OSError):
        yield True
        return
    try:
        yield free
    finally:
        if free:
            with contextlib.suppress(RedisError, OSError):
                cache.delete(key)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a lab brings into the sandbox in which it is begun."""

    run: LabRun
    sandbox: UUID
    places: list[Place]
    files: list[FileToPut]


def prepare_entry(*, person: "User", lab: Lab) -> Entry | None:
    """What is to be done to begin the lab in the running sandbox, None where it is begun. Raises NotReady."""
    run = progress.run_for(person=person, lab=lab)
    sandbox = ready(owner=person, purpose=lab.module)
    if run.sandbox == sandbox.pk:
        return None
    places = [place(sandbox, instance.name) for instance in sandbox.instances.all()]
    return Entry(run, sandbox.pk, places, files_of(lab))


def files_of(lab: Lab) -> list[FileToPut]:
    """What the lab's sandbox begins with."""
    return [FileToPut(file.path, bytes(file.content), 0o755 if file.executable else 0o644) for file in lab.files.all()]


async def put_everywhere(places: Iterable[Place], files: list[FileToPut]) -> None:
    """Copy files into the home directory of each of these instances. Raises EngineDown and NotReady."""
    if files:
        await asyncio.gather(*(put_files(where, files) for where in places))


async def bring(entry: Entry) -> None:
    """Copy the lab's files into every instance. Raises EngineDown and NotReady."""
    await put_everywhere(entry.places, entry.files)


def begin(entry: Entry) -> None:
    """Note that the lab has begun."""
    progress.begin(run=entry.run, sandbox=entry.sandbox)
