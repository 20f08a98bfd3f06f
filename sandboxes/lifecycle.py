"""The life of a sandbox on its engine: admitted, prepared, ended, and whatever was cut short put right.

Every step claims the row by a conditional UPDATE, acts on the engine, and records the outcome by
another one. The claim is a lease that runs out: a worker that is killed at any point is followed by
another, which finds what the first left by its computed names.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from sandboxes import engines, naming, queue
from sandboxes.backend import SandboxSpec
from sandboxes.errors import AddressTaken, LeaseLost, SandboxError
from sandboxes.models import Engine, Sandbox
from sandboxes.news import announce
from sandboxes.states import LIVE, OCCUPYING, State, Step

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""Longer than any single call to the engine takes while a sandbox is prepared."""

TEARDOWN_LEASE = timedelta(seconds=60)
ATTEMPTS = 4
ADDRESS_TRIES = 16
UNEXPECTED = "Something went wrong on our side. Try again, or tell your trainer."


# --- Admission --------------------------------------------------------------------------------------


def admit(*, engine_id: int) -> int:
    """Move waiting sandboxes on, oldest first, as far as the engine has room. Returns how many."""
    with transaction.atomic():
        engine = Engine.objects.select_for_update().get(pk=engine_id)
        waiting = list(engine.sandboxes.filter(state=State.WAITING).order_by("created_at", "id")[: _room(engine)])
        for sandbox in waiting:
            _admit(engine, sandbox)
        if waiting:
            _announce_queue(engine)
    return len(waiting)


def _room(engine: Engine) -> int:
    occupying = engine.sandboxes.filter(state__in=OCCUPYING)
    used = occupying.aggregate(n=Count("instances"))["n"]
    preparing = occupying.filter(state=State.PREPARING).count()
    return int(max(0, min(engine.capacity - used, engine.parallel_starts - preparing)))


def _admit(engine: Engine, sandbox: Sandbox) -> None:
    now = timezone.now()
    slot = _free_slot(engine)
    moved = Sandbox.objects.filter(pk=sandbox.pk, state=State.WAITING).update(
        state=State.PREPARING, slot=slot, started_at=now, deadline=now + timedelta(hours=settings.SANDBOX_HOURS)
    )
    if moved:
        announce(owner_id=sandbox.owner_id, sandbox_id=sandbox.id)
        queue.later("sandboxes.provision", str(sandbox.id))


def _free_slot(engine: Engine, *, beside: frozenset[int] = frozenset()) -> int:
    held = engine.sandboxes.filter(slot__isnull=False).values_list("slot", flat=True)
    taken = {slot for slot in held if slot is not None} | beside
    slot = naming.free_slot(installation=settings.INSTALLATION, taken=taken, plan=settings.SANDBOX_SUBNETS)
    if slot is None:
        raise AddressTaken("There is no network address left for another sandbox. Tell your admin.", detail=str(settings.SANDBOX_SUBNETS))
    return slot


def _announce_queue(engine: Engine) -> None:
    for owner_id, sandbox_id in engine.sandboxes.filter(state=State.WAITING).values_list("owner_id", "id"):
        announce(owner_id=owner_id, sandbox_id=sandbox_id)


# --- Preparing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lease:
    """A claim on one row."""

    sandbox_id: uuid.UUID
    token: uuid.UUID

    def extend(self, *, state: State, until: timedelta, **fields: object) -> None:
        """Keep the claim; raises LeaseLost where the row has moved on or belongs to somebody else."""
        row = Sandbox.objects.filter(pk=self.sandbox_id, state=state, lease=self.token)
        if not row.update(lease_until=timezone.now() + until, **fields):
            raise LeaseLost("Another worker, or a stop, has taken over.")

    def release(self) -> None:
        """Let go, so that whoever comes next need not wait for the lease to run out."""
        Sandbox.objects.filter(pk=self.sandbox_id, lease=self.token).update(lease=None, lease_until=None)


def _claim(sandbox_id: uuid.UUID, state: State, duration: timedelta) -> _Lease | None:
    now, lease = timezone.now(), _Lease(sandbox_id, uuid.uuid4())
    row = Sandbox.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now), pk=sandbox_id, state=state)
    claimed = row.update(lease=lease.token, lease_until=now + duration, attempts=F("attempts") + 1)
    return lease if claimed else None


def provision(*, sandbox_id: uuid.UUID) -> None:
    """Make the sandbox on its engine and mark it ready; a failure ends it with a sentence. May run twice."""
    lease = _claim(sandbox_id, State.PREPARING, LEASE)
    if lease is None:
        return
    sandbox = Sandbox.objects.select_related("engine").get(pk=sandbox_id)
    try:
        if sandbox.attempts > ATTEMPTS:
            raise SandboxError("Your sandbox could not be prepared, several times in a row. Try again, or tell your trainer.")
        _start(sandbox, lease)
        lease.extend(state=State.PREPARING, until=LEASE)
    except LeaseLost:
        lease.release()
        destroy(sandbox_id=sandbox_id)  # acts only where the row says stopping
    except SandboxError as error:
        logger.warning("Sandbox %s failed (%s): %s %s", sandbox_id, error.reason, error.message, error.detail)
        end(sandbox_id=sandbox_id, ending=State.FAILED, message=error.message, reason=error.reason, retryable=error.retryable)
        lease.release()
    except Exception:
        logger.exception("Sandbox %s failed", sandbox_id)
        end(sandbox_id=sandbox_id, ending=State.FAILED, message=UNEXPECTED, reason="unexpected")
        lease.release()
    else:
        _mark_ready(sandbox, lease)


def _mark_ready(sandbox: Sandbox, lease: _Lease) -> None:
    row = Sandbox.objects.filter(pk=sandbox.pk, state=State.PREPARING, lease=lease.token)
    with transaction.atomic():
        if row.update(state=State.READY, step="", ready_at=timezone.now(), lease=None, lease_until=None, attempts=0):
            announce(owner_id=sandbox.owner_id, sandbox_id=sandbox.id)
            queue.later("sandboxes.admit")
            logger.info("Sandbox %s of owner %s is ready", sandbox.id, sandbox.owner_id)
            return
    lease.release()
    destroy(sandbox_id=sandbox.id)


def _start(sandbox: Sandbox, lease: _Lease) -> None:
    """Start it, moving on to another address where the engine uses this one for something else."""
    backend = engines.backend_for(sandbox.engine)
    refused: set[int] = set()
    while True:
        try:
            backend.start(_spec(sandbox), _on_step(sandbox, lease))
        except AddressTaken:
            assert sandbox.slot is not None
            refused.add(sandbox.slot)
            if len(refused) > ADDRESS_TRIES:
                raise
            backend.destroy(sandbox.id)
            _change_slot(sandbox, lease, refused)
        else:
            return


def _change_slot(sandbox: Sandbox, lease: _Lease, refused: set[int]) -> None:
    with transaction.atomic():
        engine = Engine.objects.select_for_update().get(pk=sandbox.engine_id)
        sandbox.slot = _free_slot(engine, beside=frozenset(refused))
        lease.extend(state=State.PREPARING, until=LEASE, slot=sandbox.slot)


def _on_step(sandbox: Sandbox, lease: _Lease) -> Callable[[Step], None]:
    def on_step(step: Step) -> None:
        lease.extend(state=State.PREPARING, until=LEASE, step=step)
        if sandbox.step != step:
            sandbox.step = step
            announce(owner_id=sandbox.owner_id, sandbox_id=sandbox.id)

    return on_step


def _spec(sandbox: Sandbox) -> SandboxSpec:
    assert sandbox.slot is not None
    assert sandbox.deadline is not None
    deadline = int(sandbox.deadline.timestamp())
    return SandboxSpec(
        sandbox_id=sandbox.id,
        slot=sandbox.slot,
        instances=tuple(sandbox.instances.values_list("number", flat=True)),
        deadline=deadline,
        labels=naming.labels(installation=settings.INSTALLATION, sandbox_id=sandbox.id, owner_id=sandbox.owner_id, deadline=deadline),
        engine=engines.known_facts(sandbox.engine),
    )


# --- Ending -----------------------------------------------------------------------------------------


def end(*, sandbox_id: uuid.UUID, ending: State, message: str = "", reason: str = "", retryable: bool = True) -> bool:
    """Begin the end of a live sandbox, whatever it is doing. False where it was already over."""
    with transaction.atomic():
        row = Sandbox.objects.filter(pk=sandbox_id, state__in=LIVE)
        moved = row.update(
            state=State.STOPPING, ending=ending, message=message[:300], reason=reason, retryable=retryable, attempts=0, step=""
        )
        if not moved:
            return False
        owner_id = Sandbox.objects.values_list("owner_id", flat=True).get(pk=sandbox_id)
        announce(owner_id=owner_id, sandbox_id=sandbox_id, kind="sandbox.ended")
        queue.later("sandboxes.destroy", str(sandbox_id))
    return True


def destroy(*, sandbox_id: uuid.UUID) -> None:
    """Remove all that a stopping sandbox has on its engine, then record its end. May run twice."""
    lease = _claim(sandbox_id, State.STOPPING, TEARDOWN_LEASE)
    if lease is None:
        return
    sandbox = Sandbox.objects.select_related("engine").get(pk=sandbox_id)
    try:
        engines.backend_for(sandbox.engine).destroy(sandbox_id)
    except SandboxError as error:
        logger.warning("Sandbox %s cannot be removed yet: %s %s", sandbox_id, error.message, error.detail)
        lease.release()
        return
    with transaction.atomic():
        row = Sandbox.objects.filter(pk=sandbox_id, state=State.STOPPING, lease=lease.token)
        if row.update(state=F("ending"), slot=None, lease=None, lease_until=None, ended_at=timezone.now()):
            announce(owner_id=sandbox.owner_id, sandbox_id=sandbox_id, kind="sandbox.ended")
            queue.later("sandboxes.admit")
            logger.info("Sandbox %s of owner %s has ended: %s", sandbox_id, sandbox.owner_id, sandbox.ending)


def expire() -> int:
    """End every sandbox whose deadline has passed. Returns how many."""
    due = Sandbox.objects.filter(state__in=[State.PREPARING, State.READY], deadline__lte=timezone.now())
    message = "Its time was over. Start a new sandbox to go on."
    return sum(end(sandbox_id=pk, ending=State.EXPIRED, message=message) for pk in due.values_list("pk", flat=True))


# --- Putting right ----------------------------------------------------------------------------------


def recover() -> None:
    """Enqueue again what nobody is working on: a task that was lost, or whose worker died."""
    now = timezone.now()
    idle = Sandbox.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))
    for task, state in (("sandboxes.provision", State.PREPARING), ("sandboxes.destroy", State.STOPPING)):
        for pk in idle.filter(state=state).values_list("pk", flat=True):
            queue.later(task, str(pk))


def sweep(*, engine: Engine) -> None:
    """Compare engine and rows, both ways: remove what no row knows, end what has no container.

    The engine is read first. A row always exists before its container does, so whatever the engine
    had then and no row claims now is left over.
    """
    looked_at = timezone.now()
    backend = engines.backend_for(engine)
    found = {item.sandbox_id: item.running for item in backend.status()}
    known = {str(pk) for pk in Sandbox.objects.filter(state__in=OCCUPYING, engine=engine).values_list("pk", flat=True)}
    for sandbox_id in found.keys() - known:
        logger.warning("Removing what is left of sandbox %s, which no row knows", sandbox_id)
        backend.destroy(uuid.UUID(sandbox_id))
    _end_lost(engine, found, looked_at)


def _end_lost(engine: Engine, found: Mapping[str, Mapping[str, bool]], looked_at: datetime) -> None:
    ready = engine.sandboxes.filter(state=State.READY, ready_at__lt=looked_at).prefetch_related("instances")
    for sandbox in ready:
        running = found.get(str(sandbox.id), {})
        names = [naming.container_name(sandbox.id, instance.number) for instance in sandbox.instances.all()]
        if not all(running.get(name) for name in names):
            message = "Its host was removed or stopped from outside. Start a new sandbox; what was in the old one is gone."
            end(sandbox_id=sandbox.id, ending=State.LOST, message=message, reason="container-gone")
