"""Catch me up: a fresh sandbox in which what comes before a step is replayed, with the learner's own files put back.

Fresh, because only then it is known what is there: a learner who is stuck often is so through something left over.
The replay types the run blocks into the learner's own terminal, where they can watch it.
"""

import logging
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction
from django.utils import timezone

from labs import home, progress, rounds, sandbox
from labs.models import CatchUp, Lab, LabRun
from labs.replaying import Replay, ReplayFailed
from labs.typists import Typists
from sandboxes import services
from sandboxes.services import NotReady, SandboxError

if TYPE_CHECKING:
    from workshop.accounts.models import User

logger = logging.getLogger(__name__)

WAIT = timedelta(minutes=10)
"""For a sandbox; in a full house the queue may take a while."""
SILENCE = timedelta(minutes=4)
"""After which whoever replays is taken to be dead: longer than any block of a lab takes."""
OPEN = (CatchUp.State.WAITING, CatchUp.State.REPLAYING)
GONE = "It was cut short. Try again."
NO_SANDBOX = "The fresh sandbox could not be started. Try again, or tell your trainer."


# --- Asked for ------------------------------------------------------------------------------------


async def save_home(*, person: "User", lab: Lab) -> bytes:
    """The home directory of the person's running sandbox, packed; nothing where none runs. Raises SandboxError and NotTakenAlong."""
    try:
        running = await sync_to_async(services.ready)(owner=person, purpose=lab.module)
    except NotReady:
        return b""
    where = services.place(running)
    try:
        archive = await services.get_archive(where, "/root", limit=home.LIMIT, exclude=home.LEFT_OUT)
    except ValueError as error:
        raise home.too_large() from error
    home.read(archive)
    return archive


def ask(*, person: "User", lab: Lab, step: str, saved: bytes) -> CatchUp:
    """Start a fresh sandbox and note what is to be replayed in it; one that is under way already is the answer.

    Raises StepUnknown and SandboxError.
    """
    progress.known_step(script=lab.script, step=step)
    run = progress.run_for(person=person, lab=lab)
    under_way = run.catch_ups.filter(state__in=OPEN).first()
    if under_way is not None:
        return under_way
    saved = saved or left_home(run=run)
    try:
        with transaction.atomic():
            fresh = sandbox.fresh(owner=person, module=lab.module)
            asked = CatchUp.objects.create(run=run, step=step, sandbox=fresh.pk, home=saved, of=len(lab.script.before(step)))
    except IntegrityError:
        return run.catch_ups.filter(state__in=OPEN)[0]
    services.later("labs.catch_up", asked.pk)
    return asked


# --- Done by a worker -----------------------------------------------------------------------------


def proceed(*, catch_up_id: int) -> bool:
    """Do what can be done now; False where the sandbox is not ready yet and somebody must come again. May run twice."""
    asked = CatchUp.objects.select_related("run__lab", "run__person").filter(pk=catch_up_id, state=CatchUp.State.WAITING).first()
    if asked is None:
        return True
    run = asked.run
    current = services.current(owner=run.person, purpose=run.lab.module)
    if current is None or current.pk != asked.sandbox or not current.is_live:
        _end(asked, CatchUp.State.FAILED, NO_SANDBOX)
        return True
    try:
        running = services.ready(owner=run.person, purpose=run.lab.module)
    except NotReady:
        return False
    claimed = CatchUp.objects.filter(pk=asked.pk, state=CatchUp.State.WAITING).update(state=CatchUp.State.REPLAYING, seen_at=timezone.now())
    if claimed:
        _replay(asked, running)
    return True


def _replay(asked: CatchUp, running: Any) -> None:
    try:
        entry = rounds.prepare_entry(person=asked.run.person, lab=asked.run.lab)
        services.at_once(_replay_all(asked, running, entry))
    except (ReplayFailed, SandboxError) as error:
        logger.info("Catching up in sandbox %s ended: %s", asked.sandbox, error)
        _end(asked, CatchUp.State.FAILED, str(error))
    except Exception:
        logger.exception("Catching up in sandbox %s failed", asked.sandbox)
        _end(asked, CatchUp.State.FAILED, GONE)
    else:
        _end(asked, CatchUp.State.DONE, "")


async def _replay_all(asked: CatchUp, running: Any, entry: rounds.Entry | None) -> None:
    lab = asked.run.lab
    if entry is not None:
        await rounds.bring(entry)
        await sync_to_async(rounds.begin)(entry)
    await asked.run.arefresh_from_db(fields=["sandbox", "since"])
    places = {instance.name: services.place(running, instance.name) async for instance in running.instances.all()}
    try:
        async with AsyncExitStack() as stack:
            replay = Replay(lab.script, places, asked.run.since, Typists(running, stack))
            await _sections(asked, replay)
    finally:
        # Also where the replay stopped half way: the sandbox is the learner's from here on.
        await _put_home_back(asked, services.place(running))


async def _sections(asked: CatchUp, replay: Replay) -> None:
    for number, section in enumerate(replay.script.before(asked.step)):
        await _note(asked, section.title or asked.run.lab.title, number)
        await replay.section(section)
        if section.check is not None:
            await sync_to_async(progress.catch_up)(run=asked.run, step=section.anchor)
    await _note(asked, "", asked.of)


async def _put_home_back(asked: CatchUp, where: services.Place) -> None:
    saved = bytes(asked.home)
    if not saved:
        return
    now = home.read(await services.get_archive(where, "/root", limit=4 * home.LIMIT, exclude=home.LEFT_OUT))
    merged = home.merge(home.read(saved), now)
    for portion in home.batches(merged.files):
        await services.put_files(where, portion)
    await CatchUp.objects.filter(pk=asked.pk).aupdate(home=b"", kept=merged.kept, replaced=merged.replaced)


async def _note(asked: CatchUp, at: str, done: int) -> None:
    await CatchUp.objects.filter(pk=asked.pk).aupdate(at=at[:100], done=done, seen_at=timezone.now())


def _end(asked: CatchUp, state: CatchUp.State, message: str) -> None:
    CatchUp.objects.filter(pk=asked.pk, state__in=OPEN).update(state=state, message=message[:300], at="")


def left_home(*, run: LabRun) -> bytes:
    """The files that a failed try took along and never put back: the next one finds them."""
    last = run.catch_ups.first()
    return bytes(last.home) if last is not None and last.state == CatchUp.State.FAILED else b""


# --- Putting right --------------------------------------------------------------------------------


def recover() -> list[int]:
    """End what nobody works on any more; the ids of those that wait for somebody."""
    now = timezone.now()
    CatchUp.objects.filter(state=CatchUp.State.REPLAYING, seen_at__lt=now - SILENCE).update(state=CatchUp.State.FAILED, message=GONE)
    CatchUp.objects.filter(state=CatchUp.State.WAITING, created_at__lt=now - WAIT).update(state=CatchUp.State.FAILED, message=NO_SANDBOX)
    return list(CatchUp.objects.filter(state=CatchUp.State.WAITING).values_list("pk", flat=True))


def describe(*, run: LabRun | None) -> dict[str, Any] | None:
    """What a page shows of the person's last catch-up, None where there was none. ``state`` is running, done or failed."""
    last = run.catch_ups.defer("home").first() if run else None
    if last is None:
        return None
    return {
        "state": "running" if last.state in OPEN else last.state,
        "phase": last.state,
        "step": last.step,
        "sandbox": str(last.sandbox),
        "at": last.at,
        "done": last.done,
        "of": last.of,
        "message": last.message,
        "kept": last.kept,
        "replaced": last.replaced,
    }
