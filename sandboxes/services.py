"""The door into sandboxes: the only module that labs and workshop import from here.

A sandbox is asked for by an owner with an opaque purpose; a person has at most one live sandbox for
a purpose, and altogether as many as the quota says.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from sandboxes import engines, lifecycle, mirror, queue
from sandboxes.access import TerminalTarget, sandbox_for, target_of
from sandboxes.errors import EngineDown, NotReady, QuotaReached, SandboxError
from sandboxes.holdings import Held, holdings
from sandboxes.inside import FileToPut, Outcome, Place, at_once, get_archive, place, put_files
from sandboxes.inside import run as run_inside
from sandboxes.keystroke import Keystroke, looks_like_prompt
from sandboxes.measure import Usage, measure
from sandboxes.models import Engine, Instance, Sandbox, Terminal
from sandboxes.news import announce
from sandboxes.queue import later
from sandboxes.snapshot import newest, snapshot
from sandboxes.states import LIVE, OCCUPYING, State
from sandboxes.takeout import Takeout, take_out
from sandboxes.terminals import first_terminal
from sandboxes.typist import NoPrompt, Typist, open_typist

if TYPE_CHECKING:
    from workshop.accounts.models import User

__all__ = [
    "EngineDown",
    "FileToPut",
    "Held",
    "Keystroke",
    "NoPrompt",
    "NotReady",
    "Outcome",
    "Place",
    "QuotaReached",
    "SandboxError",
    "Takeout",
    "TerminalTarget",
    "Typist",
    "Usage",
    "at_once",
    "check_access_again",
    "current",
    "end_all",
    "engine_health",
    "fetch_image",
    "get_archive",
    "holdings",
    "image_size",
    "later",
    "looks_like_prompt",
    "measure",
    "mirror_contents",
    "open_typist",
    "place",
    "put_files",
    "ready",
    "request",
    "restart",
    "room",
    "run_inside",
    "sandbox_for",
    "snapshot",
    "state_for",
    "stop",
    "take_out",
    "terminal_of",
]


def request(*, owner: "User", purpose: str, instances: int = 1, limit: int | None = None) -> tuple[Sandbox, bool]:
    """The owner's live sandbox for the purpose, made with so many instances where there is none; and whether it was made.

    Counting and making happen under a lock on the owner's row. ``limit`` stands in for the quota of a person, where the
    owner is none. Raises QuotaReached.
    """
    engine = engines.default_engine()
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=owner.pk)
        live = list(Sandbox.objects.filter(owner=owner, state__in=LIVE))
        for sandbox in live:
            if sandbox.purpose == purpose:
                return sandbox, False
        if len(live) >= (settings.SANDBOX_LIMIT if limit is None else limit):
            raise QuotaReached(_quota_sentence(live))
        sandbox = Sandbox.objects.create(owner=owner, purpose=purpose, engine=engine)
        for number in range(1, instances + 1):
            first_terminal(Instance.objects.create(sandbox=sandbox, number=number))
        announce(owner_id=owner.pk, sandbox_id=sandbox.id)
        queue.later("sandboxes.admit")
    return sandbox, True


def _quota_sentence(live: list[Sandbox]) -> str:
    names = ", ".join(sorted(sandbox.purpose for sandbox in live))
    if len(live) == 1:
        return f"You have a sandbox already, for {names}. Stop that one first, then start this one."
    return f"You have {len(live)} sandboxes already, for {names}. Stop one of them first."


def current(*, owner: "User", purpose: str) -> Sandbox | None:
    """The owner's newest sandbox for the purpose, whatever became of it."""
    return Sandbox.objects.filter(owner=owner, purpose=purpose).order_by("-created_at").first()


def ready(*, owner: "User", purpose: str) -> Sandbox:
    """The owner's running sandbox for the purpose, with its engine. Raises NotReady where there is none."""
    found = Sandbox.objects.filter(owner=owner, purpose=purpose, state=State.READY).select_related("engine").first()
    if found is None:
        raise NotReady("Your sandbox is not running. Start it, then try again.")
    return found


def restart(*, owner: "User", purpose: str, instances: int = 1, limit: int | None = None) -> Sandbox:
    """End the owner's sandbox for the purpose and ask for a fresh one in its place, as ``request`` does. Raises QuotaReached."""
    message = "A fresh sandbox took its place."
    for pk in Sandbox.objects.filter(owner=owner, purpose=purpose, state__in=LIVE).values_list("pk", flat=True):
        lifecycle.end(sandbox_id=pk, ending=State.STOPPED, message=message)
    return request(owner=owner, purpose=purpose, instances=instances, limit=limit)[0]


def terminal_of(*, sandbox: Sandbox, node: str = "") -> TerminalTarget:
    """The first terminal of an instance, for ``open_typist``. Raises NotReady where there is none."""
    number = (node or "node1").removeprefix("node")
    open_there = Terminal.objects.filter(instance__sandbox=sandbox, instance__number=number, closed_at=None)
    terminal = open_there.select_related("instance__sandbox__engine").first()
    if terminal is not None and terminal.instance.sandbox.state == State.READY:
        return target_of(terminal)
    raise NotReady(f"There is no terminal on {node or 'node1'} in this sandbox.")


def room() -> int:
    """How many more instances the engine takes at the moment."""
    engine = engines.default_engine()
    return max(0, engine.capacity - Instance.objects.filter(sandbox__engine=engine, sandbox__state__in=OCCUPYING).count())


def state_for(*, owner: "User", purpose: str) -> dict[str, Any]:
    """What a page shows of the owner's newest sandbox for the purpose, whatever became of it (see sandboxes.snapshot). One query."""
    return newest(Sandbox.objects.filter(owner=owner, purpose=purpose))


def stop(*, sandbox: Sandbox) -> bool:
    """End a sandbox because its owner says so. False where it was over already."""
    return lifecycle.end(sandbox_id=sandbox.pk, ending=State.STOPPED, message="You stopped this sandbox.")


def end_all(*, owner_id: int, message: str) -> int:
    """End everything that a person has, for instance because the account was closed. Returns how many."""
    ids: list[UUID] = list(Sandbox.objects.filter(owner_id=owner_id, state__in=LIVE).values_list("pk", flat=True))
    return sum(lifecycle.end(sandbox_id=pk, ending=State.STOPPED, message=message) for pk in ids)


def check_access_again(*, owner_id: int) -> None:
    """Let every open page and terminal of a person find out at once that rights have changed."""
    for sandbox_id in Sandbox.objects.filter(owner_id=owner_id, state__in=LIVE).values_list("pk", flat=True):
        announce(owner_id=owner_id, sandbox_id=sandbox_id)


def engine_health() -> Mapping[str, tuple[bool, str]]:
    """Whether a worker reports, and whether its engine is fine; each with a sentence where it is not."""
    engine = Engine.objects.filter(name="local").first()
    if engine is None or not engines.has_worker(engine):
        message = "No worker has reported. Is Celery running?"
        return {"worker": (False, message), "engine": (False, "Unknown until a worker reports.")}
    return {"worker": (True, ""), "engine": (engine.healthy, engine.message)}


def mirror_contents(*, fresh: bool = False) -> Mapping[str, int]:
    """What sandboxes can pull without the internet: by name with tag, the bytes to download.

    As the engine's worker last saw it, which costs one query; ``fresh``: as it is now, for what runs beside the engine. Raises
    SandboxError then.
    """
    if fresh:
        return engines.look_into_mirror(engines.default_engine())
    engine = Engine.objects.filter(name="local").first()
    return engine.images if engine else {}


def image_size(name: str, contents: Mapping[str, int]) -> int | None:
    """The bytes to download of an image, whose tag may be left out; None where the mirror does not have it."""
    return contents.get(mirror.full_name(name))


def fetch_image(*, name: str, on_line: Callable[[str], None]) -> None:
    """Copy an image from the mirror's upstream registry into it, to stay. Only beside the engine. Raises SandboxError."""
    engines.backend_for(engines.default_engine()).fetch(mirror.full_name(name), on_line)
