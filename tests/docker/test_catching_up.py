"""Catch me up, on the real engine: where one lands, and what becomes of one's own files."""

import asyncio
from collections.abc import Mapping

import pytest

from labs import catching_up, progress, rounds
from labs.home import NotTakenAlong
from labs.models import CatchUp, Lab, StepProgress
from sandboxes import engines, lifecycle, services
from sandboxes.docker_backend import DockerBackend
from sandboxes.inside import FileToPut, at_once, get_archive, put_files, run
from sandboxes.models import Engine, Sandbox
from sandboxes.states import State
from tests.labs.conftest import content, lab
from workshop.accounts.models import User

pytestmark = [pytest.mark.docker, pytest.mark.django_db(transaction=True)]

__all__ = ["content", "lab"]


@pytest.fixture(autouse=True)
def real(backend: DockerBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "backend_for", lambda engine: backend)


def bring_up(engine: Engine) -> None:
    """What the worker does, until nothing is left to do."""
    lifecycle.admit(engine_id=engine.pk)
    for sandbox in Sandbox.objects.filter(state=State.PREPARING):
        lifecycle.provision(sandbox_id=sandbox.pk)
    for sandbox in Sandbox.objects.filter(state=State.STOPPING):
        lifecycle.destroy(sandbox_id=sandbox.pk)


def ready(bob: User) -> services.Place:
    return services.place(services.ready(owner=bob, purpose="one"))


def put(bob: User, files: Mapping[str, str]) -> None:
    at_once(put_files(ready(bob), [FileToPut(path, text.encode()) for path, text in files.items()]))


def read(bob: User, path: str) -> str:
    return at_once(run(ready(bob), ["cat", path])).output.decode()


@pytest.fixture
def bobs_files(bob: User, lab: Lab, engine: Engine) -> None:
    """A running sandbox in which Bob has begun and written something."""
    services.request(owner=bob, purpose="one")
    bring_up(engine)
    put(bob, {"notes/a.txt": "mine", "second": "my own second", ".bash_history": "secret"})


def catch_up(bob: User, lab: Lab, engine: Engine, step: str) -> CatchUp:
    saved = asyncio.run(_save(bob, lab))
    asked = catching_up.ask(person=bob, lab=lab, step=step, saved=saved)
    assert catching_up.proceed(catch_up_id=asked.pk) is False  # the sandbox is not there yet
    bring_up(engine)
    assert catching_up.proceed(catch_up_id=asked.pk) is True
    asked.refresh_from_db()
    return asked


async def _save(bob: User, lab: Lab) -> bytes:
    from sandboxes import streams  # noqa: PLC0415

    try:
        return await catching_up.save_home(person=bob, lab=lab)
    finally:
        await streams.close_sessions()


def test_one_lands_where_the_step_begins_with_ones_own_files(bob: User, lab: Lab, engine: Engine, bobs_files: None) -> None:
    before = services.ready(owner=bob, purpose="one").pk
    asked = catch_up(bob, lab, engine, "third")
    assert (asked.state, asked.message, asked.done, asked.of) == (CatchUp.State.DONE, "", 3, 3)
    assert (asked.kept, asked.replaced, bytes(asked.home)) == (["notes/a.txt"], ["second"], b"")
    assert services.ready(owner=bob, purpose="one").pk == asked.sandbox != before
    # What the steps make is there, of the lab's own files; what Bob made is there, too.
    assert (read(bob, "/root/second"), read(bob, "/root/second.yours"), read(bob, "/root/notes/a.txt")) == (
        "given\n",
        "my own second",
        "mine",
    )
    rows = StepProgress.objects.order_by("step").values_list("step", "caught_up", "done_in")
    assert list(rows) == [("first", True, asked.sandbox), ("second", True, asked.sandbox)]
    shown = catching_up.describe(run=progress.run_for(person=bob, lab=lab))
    assert shown is not None
    assert (shown["state"], shown["kept"], shown["replaced"]) == ("done", ["notes/a.txt"], ["second"])


def test_a_step_that_does_not_come_out_ends_it_and_the_files_are_back(bob: User, lab: Lab, engine: Engine, bobs_files: None) -> None:
    sections = lab.sections
    sections[1]["check"]["source"] = "false"
    Lab.objects.filter(pk=lab.pk).update(sections=sections)
    lab.refresh_from_db()
    asked = catch_up(bob, lab, engine, "second")
    message = "“First” did not come out as it should. Your sandbox is as far as that step: go on from there."
    assert (asked.state, asked.message, asked.kept) == (CatchUp.State.FAILED, message, ["notes/a.txt", "second"])
    assert read(bob, "/root/second") == "my own second"
    assert not StepProgress.objects.exists()


def test_nothing_is_ended_where_files_would_be_lost(bob: User, lab: Lab, engine: Engine, bobs_files: None) -> None:
    at_once(run(ready(bob), ["dd", "if=/dev/urandom", "of=/root/big", "bs=1024", "count=600"]))
    with pytest.raises(NotTakenAlong, match="big has 600 KiB; files up to 512 KiB can be taken along"):
        asyncio.run(_save(bob, lab))
    at_once(run(ready(bob), ["sh", "-c", "for i in $(seq 20); do dd if=/dev/urandom of=/root/big$i bs=1024 count=500 2>/dev/null; done"]))
    with pytest.raises(NotTakenAlong, match="more than 8 MiB"):
        asyncio.run(_save(bob, lab))
    assert Sandbox.objects.get().state == State.READY


def test_files_of_a_lab_are_copied_when_it_begins(bob: User, lab: Lab, engine: Engine) -> None:
    services.request(owner=bob, purpose="one")
    bring_up(engine)
    entry = rounds.prepare_entry(person=bob, lab=lab)
    assert entry is not None
    at_once(rounds.bring(entry))
    rounds.begin(entry)
    assert rounds.prepare_entry(person=bob, lab=lab) is None
    assert read(bob, "/root/given") == "given\n"
    assert at_once(get_archive(ready(bob), "/root", limit=1 << 20))
