"""My learning: what is done, what is next, and what a person has of the machine."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import Lab, LabRun, StepProgress
from sandboxes.models import Engine, Sandbox
from sandboxes.services import request
from sandboxes.states import State
from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.agendas import editing
from workshop.agendas.document import Day, Document, Item
from workshop.agendas.models import Agenda
from workshop.curriculum.models import Module
from workshop.learning.overview import Standing, overview


def facts(standing: Standing) -> tuple[int, ...]:
    """Pages, steps, quiz, minutes."""
    done = (standing.pages_done, standing.pages, standing.steps_done, standing.steps)
    return (*done, standing.score, standing.questions, standing.minutes)


@pytest.fixture
def bobs_basics(bob: User, course: Path) -> Lab:
    """Bob has read two pages, answered the quiz twice, and done one of three steps in 125 seconds."""
    client = signed_in(bob)
    for page in ("layers", "quick"):
        client.post(f"/modules/basics/{page}/opened/")
        client.post(f"/modules/basics/{page}/done/")
    for answers in ([[1], [0, 2]], [[0], [0, 2]]):
        client.post("/modules/basics/recap/quiz/", {"answers": answers}, content_type="application/json")
    Lab.objects.update(step_count=3)
    lab = Lab.objects.get(slug="basics-start")
    StepProgress.objects.create(person=bob, lab=lab, step="one", done_at=timezone.now())
    StepProgress.objects.create(person=bob, lab=lab, step="two", attempts=2)
    LabRun.objects.create(person=bob, lab=lab, seconds=125)
    return lab


def test_nothing_yet(bob: User, course: Path) -> None:
    response = signed_in(bob).get("/learning/")
    text = response.content.decode()
    assert (response.context["overview"].agendas, response.context["overview"].modules, response.context["sandboxes"]) == ([], [], [])
    for words in (
        "You follow no agenda yet",
        "You have begun none yet",
        "<em>Start sandbox</em>",
        "0 of 1 used; 4 hours and up to 8 terminals",
    ):
        assert words in text


def test_a_module_that_was_begun(bob: User, carol: User, bobs_basics: Lab) -> None:
    (begun,) = overview(bob).modules
    assert begun.module.slug == "basics"
    assert facts(begun.standing) == (3, 4, 1, 3, 2, 2, 3)
    assert begun.standing.next is not None
    assert begun.standing.next["url"] == "/modules/basics/start/"
    text = signed_in(bob).get("/learning/").content.decode()
    for words in ("3 of 4 pages done", "1 of 3 steps done", "Best in the quiz: 2 of 2", "3 min at labs", 'href="/modules/basics/start/"'):
        assert words in text
    assert overview(carol).modules == []


def test_only_looking_begins_a_module(bob: User, course: Path) -> None:
    signed_in(bob).post("/modules/fleets/flagship/opened/")
    (begun,) = overview(bob).modules
    assert (begun.module.slug, facts(begun.standing), begun.standing.begun) == ("fleets", (0, 1, 0, 0, 0, 0, 0), False)


def test_all_is_done(bob: User, course: Path) -> None:
    signed_in(bob).post("/modules/fleets/flagship/done/")
    assert overview(bob).modules[0].standing.next is None
    assert "All pages are done." in signed_in(bob).get("/learning/").content.decode()


def test_what_was_opened_last_comes_first(bob: User, bobs_basics: Lab) -> None:
    signed_in(bob).post("/modules/fleets/flagship/opened/")
    assert [begun.module.slug for begun in overview(bob).modules] == ["fleets", "basics"]
    Module.objects.filter(slug="fleets").update(withdrawn=True)
    assert [begun.module.slug for begun in overview(bob).modules] == ["basics"]


def test_an_agenda_counts_the_pages_that_it_has(bob: User, bobs_basics: Lab, bobs_agenda: Agenda) -> None:
    (followed,) = overview(bob).agendas
    assert followed.standing is not None
    assert followed.modules == 2
    assert facts(followed.standing) == (1, 3, 1, 3, 2, 2, 3)
    assert followed.standing.next is not None
    assert (followed.standing.next_in, followed.standing.next["slug"]) == ("Basics", "start")
    signed_in(bob).post("/modules/basics/start/done/")
    standing = overview(bob).agendas[0].standing
    assert standing is not None
    assert standing.next is not None
    assert (standing.next_in, standing.next["url"]) == ("Fleets", "/modules/fleets/flagship/")


def test_a_step_whose_heading_changed_counts_no_further(bob: User, bobs_basics: Lab) -> None:
    for step in ("three", "four", "five"):
        StepProgress.objects.create(person=bob, lab=bobs_basics, step=step, done_at=timezone.now())
    assert facts(overview(bob).modules[0].standing)[2:4] == (3, 3)


def test_a_page_costs_as_many_queries_with_three_as_with_one(
    bob: User, alice: User, bobs_basics: Lab, bobs_agenda: Agenda, engine: Engine, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(bob)
    with override_settings(SANDBOX_LIMIT=5):
        request(owner=bob, purpose="basics")
        with django_assert_num_queries(11):
            client.get("/learning/")
        client.post("/modules/fleets/flagship/opened/")
        for purpose in ("fleets", "other"):
            request(owner=bob, purpose=purpose)
            made = editing.create(
                owner=alice, title=purpose, document=Document((Day("d", items=(Item("x", "module", 5, module="fleets"),)),))
            )
            Agenda.objects.filter(pk=made.pk).update(visibility="public")
            client.post(f"/agendas/{made.pk}/follow/")
        client.get("/learning/")  # shows the messages
        with django_assert_num_queries(11):
            response = client.get("/learning/")
    assert (len(response.context["overview"].agendas), len(response.context["sandboxes"])) == (3, 3)


def test_a_sandbox_with_its_time(bob: User, carol: User, course: Path, engine: Engine) -> None:
    sandbox, _ = request(owner=bob, purpose="basics")
    Sandbox.objects.update(state=State.READY, deadline=timezone.now() + timedelta(minutes=150, seconds=30))
    text = signed_in(bob).get("/learning/").content.decode()
    for words in ("1 of 1 used", "Ready", "2:30 h left", "1 machine", "1 of 8 terminals", f"/learning/sandboxes/{sandbox.pk}/stop/"):
        assert words in text
    assert signed_in(carol).get("/learning/").context["sandboxes"] == []


def test_bob_stops_it(bob: User, course: Path, bobs: Sandbox) -> None:
    client = signed_in(bob)
    path = f"/learning/sandboxes/{bobs.pk}/stop/"
    assert client.post(path).headers["Location"] == "/learning/"
    bobs.refresh_from_db()
    assert (bobs.state, bobs.ending) == (State.STOPPING, State.STOPPED)
    assert "is being removed" in client.get("/learning/").content.decode()
    assert "over already" in client.post(path, follow=True).content.decode()


def test_the_doors(client: Client, bob: User, carol: User, bobs: Sandbox, course: Path) -> None:
    stop = f"/learning/sandboxes/{bobs.pk}/stop/"
    for path, method in (("/learning/", "GET"), (stop, "POST")):
        assert client.generic(method, path).headers["Location"] == f"/accounts/login/?next={path}"
    assert signed_in(bob).post("/learning/").status_code == 405
    assert signed_in(bob).get(stop).status_code == 405
    assert signed_in(bob, csrf=True).post(stop).status_code == 403
    assert signed_in(carol).post(stop).status_code == 404
    assert signed_in(bob).post(f"/learning/sandboxes/{uuid4()}/stop/").status_code == 404
    assert signed_in(bob).post("/learning/sandboxes/nonsense/stop/").status_code == 404
    bobs.refresh_from_db()
    assert bobs.state == State.WAITING


def test_the_way_there(client: Client, bob: User, bobs_basics: Lab) -> None:
    assert "My learning" not in client.get("/").content.decode()
    assert signed_in(bob).get("/").content.decode().count('href="/learning/"') == 2
    assert '<a href="/learning/" aria-current="page">' in signed_in(bob).get("/learning/").content.decode()
