"""What a person does at a lab: begun in a sandbox, steps done, hints opened, time spent. Each rule may run twice."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, Max, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from labs.checking import Answer
from labs.models import Lab, LabRun, StepProgress
from labs.script import Script, Section

if TYPE_CHECKING:
    from workshop.accounts.models import User

LONGEST_VIEW = 60
"""Seconds that one report of the page may add to the time spent."""


class StepUnknown(ValueError):
    """The lab has no such step."""


def run_for(*, person: "User", lab: Lab) -> LabRun:
    """The person's run of the lab, begun now where there is none."""
    return LabRun.objects.get_or_create(person=person, lab=lab)[0]


def begin(*, run: LabRun, sandbox: UUID) -> bool:
    """Note that the lab is begun in a sandbox. False where it was already.

    Events of the engine count from its first moment for the first lab of a sandbox, since its page may have been open before
    the sandbox was there; for later ones from now on, so that what was done for another lab does not count for this one.
    """
    others = LabRun.objects.filter(person_id=run.person_id, sandbox=sandbox).exclude(pk=run.pk)
    since = time.time_ns() if others.exists() else 0
    begun = LabRun.objects.filter(pk=run.pk).exclude(sandbox=sandbox).update(sandbox=sandbox, since=since)
    run.refresh_from_db()
    return bool(begun)


def record(*, run: LabRun, script: Script, sandbox: UUID, answers: Mapping[str, Answer], asked: str = "") -> None:
    """Keep what checks answered; ``asked`` is the step whose check the person asked for. What is broken counts for nothing."""
    done = [step for step, answer in answers.items() if answer.state == "done"]
    counted = [asked] if asked in answers and answers[asked].state != "broken" else []
    _rows(run, counted).update(attempts=F("attempts") + 1)
    _mark_done(run, done, sandbox)
    _finish(run, script)


def catch_up(*, run: LabRun, step: str) -> None:
    """Note that a step was replayed in the run's sandbox; whoever had done it before keeps the honour."""
    _mark_done(run, [step], run.sandbox, caught_up=True)


def _mark_done(run: LabRun, steps: list[str], sandbox: UUID | None, **first: bool) -> None:
    """``first`` is noted of steps that are done for the first time."""
    rows = _rows(run, steps)
    rows.update(done_in=sandbox)
    rows.filter(done_at=None).update(done_at=timezone.now(), **first)


def _rows(run: LabRun, steps: list[str]) -> QuerySet[StepProgress]:
    """What is known of these steps, with a row for each."""
    if not steps:
        return StepProgress.objects.none()
    wanted = [StepProgress(person_id=run.person_id, lab_id=run.lab_id, step=step) for step in steps]
    StepProgress.objects.bulk_create(wanted, ignore_conflicts=True)
    return StepProgress.objects.filter(person_id=run.person_id, lab_id=run.lab_id, step__in=steps)


def _finish(run: LabRun, script: Script) -> None:
    if run.finished_at is not None:
        return
    anchors = [step.anchor for step in script.steps]
    done = StepProgress.objects.filter(person_id=run.person_id, lab_id=run.lab_id, step__in=anchors, done_at__isnull=False).count()
    if anchors and done == len(anchors):
        LabRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=timezone.now())
        run.refresh_from_db()


def known_step(*, script: Script, step: str) -> Section:
    """The step with this anchor. Raises StepUnknown."""
    found = script.step(step)
    if found is None:
        raise StepUnknown("This lab has no such step.")
    return found


def open_hint(*, run: LabRun, script: Script, step: str, number: int) -> None:
    """Note that a hint was opened; ``number`` counts from 1. Raises StepUnknown."""
    found = script.step(step)
    if found is None or not 1 <= number <= found.hints:
        raise StepUnknown("This lab has no such hint.")
    _rows(run, [step]).update(hints=Greatest(F("hints"), number))


def open_solution(*, run: LabRun, script: Script, step: str) -> None:
    """Note that the solution of a step was opened. Raises StepUnknown."""
    known_step(script=script, step=step)
    _rows(run, [step]).update(solution=True)


def spend(*, run: LabRun, seconds: int) -> None:
    """Add time with the page in view, at most LONGEST_VIEW and never more than has passed since the last report."""
    now = timezone.now()
    passed = int((now - run.seen_at).total_seconds()) + 1
    added = max(0, min(seconds, passed, LONGEST_VIEW))
    LabRun.objects.filter(pk=run.pk).update(seconds=F("seconds") + added, seen_at=now)
    run.seconds, run.seen_at = run.seconds + added, now


def labs_instances(module: str) -> int:
    """How many instances the sandbox of a module needs, so that each of its labs fits."""
    return int(Lab.objects.filter(module=module, withdrawn=False).aggregate(most=Max("instances"))["most"] or 1)


def progress_of(*, run: LabRun) -> list[StepProgress]:
    """All that is known of the person's steps."""
    return list(StepProgress.objects.filter(person_id=run.person_id, lab_id=run.lab_id))


def to_check(*, script: Script, rows: list[StepProgress], sandbox: UUID, scope: str, step: str, ordered: bool) -> list[str]:
    """The steps whose checks are to be run. Raises StepUnknown.

    ``scope``: ``open`` is what is not done in this sandbox yet, ``all`` is everything, ``step`` the one that the person asked for.
    In an ordered lab nothing beyond the first step that was never done is looked at.
    """
    here = {row.step for row in rows if row.done_in == sandbox}
    ever = {row.step for row in rows if row.done_at}
    anchors = [section.anchor for section in script.steps]
    if scope == "step":
        wanted = [known_step(script=script, step=step).anchor]
    else:
        wanted = [anchor for anchor in anchors if scope == "all" or anchor not in here]
    if not ordered:
        return wanted
    first_open = next((anchor for anchor in anchors if anchor not in ever), None)
    reachable = anchors[: anchors.index(first_open) + 1] if first_open else anchors
    return [anchor for anchor in wanted if anchor in reachable]


def describe(*, lab: Lab, run: LabRun | None, sandbox: UUID | None, answers: Mapping[str, Answer] | None = None) -> dict[str, Any]:
    """What a page shows of a person's lab: the shape is in docs/architecture.md."""
    rows = {row.step: row for row in progress_of(run=run)} if run else {}
    steps: list[dict[str, Any]] = []
    locked = False
    for section in lab.script.steps:
        row = rows.get(section.anchor)
        steps.append(_step(section.anchor, section.title, row, sandbox, (answers or {}).get(section.anchor), locked=locked))
        locked = locked or (lab.ordered and not (row and row.done_at))
    return {
        "lab": lab.slug,
        "sandbox": str(sandbox) if sandbox else None,
        "ordered": lab.ordered,
        "seconds": run.seconds if run else 0,
        "finished_at": run.finished_at.isoformat() if run and run.finished_at else None,
        "now": timezone.now().isoformat(),
        "steps": steps,
    }


def _step(
    anchor: str, title: str, row: StepProgress | None, sandbox: UUID | None, answer: Answer | None, *, locked: bool
) -> dict[str, Any]:
    here: bool | None = None
    if answer is not None and answer.state != "broken":
        here = answer.state == "done"
    elif row is not None and sandbox is not None and row.done_in == sandbox:
        here = True
    return {
        "step": anchor,
        "title": title,
        "done_at": row.done_at.isoformat() if row and row.done_at else None,
        "here": here,
        "earlier": bool(row and row.done_at and row.done_in != sandbox and not here),
        "message": answer.message if answer and answer.state == "open" else "",
        "broken": answer.message if answer and answer.state == "broken" else "",
        "caught_up": bool(row and row.caught_up),
        "attempts": row.attempts if row else 0,
        "hints": row.hints if row else 0,
        "solution": bool(row and row.solution),
        "locked": locked,
    }
