"""What is kept of a person's work at a lab, whatever order the answers come in."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from labs import progress
from labs.checking import Answer
from labs.models import Lab, LabRun, StepProgress
from workshop.accounts.models import User

HERE, THERE = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def run(bob: User, lab: Lab) -> LabRun:
    return progress.run_for(person=bob, lab=lab)


def record(run: LabRun, sandbox: uuid.UUID = HERE, asked: str = "", **states: str) -> None:
    answers = {step: Answer(state) for step, state in states.items()}
    progress.record(run=run, script=run.lab.script, sandbox=sandbox, answers=answers, asked=asked)


def seen(run: LabRun, sandbox: uuid.UUID | None = HERE) -> list[tuple[bool, bool | None, bool]]:
    state = progress.describe(lab=run.lab, run=run, sandbox=sandbox)
    return [(step["done_at"] is not None, step["here"], step["earlier"]) for step in state["steps"]]


def test_a_step_stays_done_in_a_new_sandbox_and_is_shown_apart(run: LabRun) -> None:
    record(run, first="done", second="open")
    assert seen(run) == [(True, True, False), (False, None, False), (False, None, False)]
    assert seen(run, THERE) == [(True, None, True), (False, None, False), (False, None, False)]
    assert seen(run, None) == [(True, None, True), (False, None, False), (False, None, False)]


def test_a_step_that_is_undone_was_done(run: LabRun) -> None:
    record(run, first="done")
    state = progress.describe(lab=run.lab, run=run, sandbox=HERE, answers={"first": Answer("open", "Gone again.")})
    first = state["steps"][0]
    assert (first["done_at"] is not None, first["here"], first["message"]) == (True, False, "Gone again.")


def test_the_time_of_the_first_success_is_kept(run: LabRun) -> None:
    record(run, first="done")
    before = StepProgress.objects.get(step="first").done_at
    record(run, THERE, first="done")
    after = StepProgress.objects.get(step="first")
    assert (after.done_at, after.done_in) == (before, THERE)


def test_only_what_was_asked_for_and_answered_is_an_attempt(run: LabRun) -> None:
    record(run, first="open")
    record(run, first="open", asked="first")
    record(run, first="broken", asked="first")
    assert StepProgress.objects.get(step="first").attempts == 1


def test_a_broken_check_leaves_no_trace(run: LabRun) -> None:
    record(run, first="broken", asked="first")
    assert not StepProgress.objects.exists()
    state = progress.describe(lab=run.lab, run=run, sandbox=HERE, answers={"first": Answer("broken", "It could not be run.")})
    assert (state["steps"][0]["broken"], state["steps"][0]["here"]) == ("It could not be run.", None)


def test_a_lab_is_finished_with_its_last_step_and_stays_so(run: LabRun) -> None:
    record(run, first="done", second="done")
    assert run.finished_at is None
    record(run, third="done")
    finished = run.finished_at
    assert finished is not None
    record(run, THERE, third="done")
    assert run.finished_at == finished


def test_events_count_from_the_sandboxs_first_moment_for_its_first_lab_only(run: LabRun, lab: Lab, bob: User) -> None:
    assert (progress.begin(run=run, sandbox=HERE), run.since) == (True, 0)
    assert progress.begin(run=run, sandbox=HERE) is False
    other = progress.run_for(person=bob, lab=Lab.objects.create(slug="other", title="Other", module="one", page="other"))
    assert (progress.begin(run=other, sandbox=HERE), other.since > 0) == (True, True)


@pytest.mark.parametrize(("claimed", "passed", "counted"), [(5, 10, 5), (50, 10, 11), (500, 900, 60), (0, 10, 0)])
def test_the_page_cannot_claim_more_time_than_has_passed(run: LabRun, claimed: int, passed: int, counted: int) -> None:
    run.seen_at = timezone.now() - timedelta(seconds=passed)
    progress.spend(run=run, seconds=claimed)
    run.refresh_from_db()
    assert run.seconds == counted


@pytest.mark.parametrize(
    ("scope", "step", "ordered", "expected"),
    [
        ("open", "", False, ["second", "third"]),
        ("all", "", False, ["first", "second", "third"]),
        ("step", "third", False, ["third"]),
        ("open", "", True, ["second"]),
        ("all", "", True, ["first", "second"]),
        ("step", "third", True, []),
    ],
)
def test_which_checks_a_round_has(run: LabRun, scope: str, step: str, ordered: bool, expected: list[str]) -> None:
    record(run, first="done")
    rows = progress.progress_of(run=run)
    found = progress.to_check(script=run.lab.script, rows=rows, sandbox=HERE, scope=scope, step=step, ordered=ordered)
    assert found == expected


def test_later_steps_of_an_ordered_lab_are_locked(run: LabRun) -> None:
    Lab.objects.update(ordered=True)
    run.lab.refresh_from_db()
    record(run, first="done")
    state = progress.describe(lab=run.lab, run=run, sandbox=HERE)
    assert [step["locked"] for step in state["steps"]] == [False, False, True]
