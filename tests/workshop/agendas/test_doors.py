"""Every door of agendas: who comes in, who finds nothing, what is refused, and what is kept."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from tests.conftest import signed_in
from tests.sockets import connect
from workshop.accounts.models import User
from workshop.agendas import editing
from workshop.agendas.models import Agenda, Visibility
from workshop.agendas.operations import OperationRefused
from workshop.curriculum.models import Module


def get_doors(agenda: Agenda) -> list[str]:
    base = f"/agendas/{agenda.pk}"
    return [
        f"{base}/",
        f"{base}/board/",
        f"{base}/catalogue/",
        f"{base}/print/",
        f"{base}/agenda.ics",
        f"{base}/agenda.csv",
        f"{base}/agenda.json",
    ]


def post_doors(agenda: Agenda) -> list[str]:
    names = ["operations", "undo", "redo", "settings", "link", "co-trainers", "copy", "delete", "co-trainers/1/remove"]
    return [f"/agendas/{agenda.pk}/{name}/" for name in names]


def operate(client: Client, agenda: Agenda, operation: dict[str, Any]) -> Any:
    path = f"/agendas/{agenda.pk}/operations/"
    return client.post(path, json.dumps(operation), content_type="application/json", headers={"X-Fragment": "1"})


def ids(agenda: Agenda) -> list[list[str]]:
    agenda.refresh_from_db()
    return [[item.id for item in day.items] for day in agenda.document.days]


# --- Who comes in ------------------------------------------------------------------------------------


def test_a_stranger_is_sent_to_sign_in(client: Client, agenda: Agenda) -> None:
    doors = [*get_doors(agenda), "/agendas/", "/agendas/new/"]
    for path, method in [*((door, "GET") for door in doors), *((door, "POST") for door in [*post_doors(agenda), "/agendas/import/"])]:
        response = client.generic(method, path)
        assert (path, response.status_code, response.headers.get("Location", "").split("?")[0]) == (path, 302, "/accounts/login/")


def test_others_find_nothing(bob: User, erin: User, agenda: Agenda) -> None:
    for person in (bob, erin):
        client = signed_in(person)
        assert [client.get(path).status_code for path in get_doors(agenda)] == [404] * 7
        assert [client.post(path).status_code for path in post_doors(agenda)] == [404] * 9
    assert ids(agenda) == [["a", "b", "c"], []]
    assert Agenda.objects.count() == 1


def test_a_wrong_method(alice: User, agenda: Agenda) -> None:
    client = signed_in(alice)
    assert [client.post(path).status_code for path in get_doors(agenda)] == [405] * 7
    assert [client.get(path).status_code for path in post_doors(agenda)] == [405] * 9


def test_a_post_without_its_token(alice: User, agenda: Agenda) -> None:
    client = signed_in(alice, csrf=True)
    assert [client.post(path).status_code for path in post_doors(agenda)] == [403] * 9


def test_owner_co_trainer_and_admin_come_in(alice: User, erin: User, dave: User, agenda: Agenda) -> None:
    agenda.co_trainers.add(erin)
    for person in (alice, erin, dave):
        client = signed_in(person)
        assert [client.get(path).status_code for path in get_doors(agenda)] == [200] * 7
        assert operate(client, agenda, {"type": "move_item", "item": "b", "day": "d1", "index": 0}).status_code == 200


def test_what_is_public_is_read_and_copied_and_not_changed(bob: User, agenda: Agenda) -> None:
    Agenda.objects.update(visibility=Visibility.PUBLIC)
    client = signed_in(bob)
    assert client.get(f"/agendas/{agenda.pk}/").headers["Location"] == f"/agendas/{agenda.pk}/print/"
    assert client.get(f"/agendas/{agenda.pk}/print/").status_code == 200
    assert operate(client, agenda, {"type": "remove_item", "item": "a"}).status_code == 404
    client.post(f"/agendas/{agenda.pk}/copy/")
    copied = Agenda.objects.get(owner=bob)
    assert (copied.origin, copied.visibility, ids(copied)) == (agenda, Visibility.PRIVATE, ids(agenda))


def test_a_shared_link_works_until_it_is_renewed_or_the_agenda_is_private(alice: User, client: Client, agenda: Agenda) -> None:
    path = f"/a/{agenda.share_token}/"
    assert client.get(path).status_code == 404
    Agenda.objects.update(visibility=Visibility.LINK)
    page = client.get(path)
    assert page.status_code == 200
    assert "Basics" in page.content.decode()
    assert '<p class="lead">With Alice. 1:10 hours of modules.</p>' in page.content.decode()
    assert client.get(f"{path}agenda.ics").status_code == 200
    signed_in(alice).post(f"/agendas/{agenda.pk}/link/")
    assert client.get(path).status_code == 404


def test_a_learner_keeps_agendas_and_cannot_publish(bob: User, course: Path) -> None:
    client = signed_in(bob)
    client.post("/agendas/new/?module=basics")
    mine = Agenda.objects.get(owner=bob)
    assert mine.document.modules() == ["basics"]
    settings = {"title": "Mine", "language": "en", "visibility": "public"}
    client.post(f"/agendas/{mine.pk}/settings/", settings)
    mine.refresh_from_db()
    assert (mine.title, mine.visibility) == ("Do it yourself", Visibility.PRIVATE)
    client.post(f"/agendas/{mine.pk}/settings/", {**settings, "visibility": "link"})
    mine.refresh_from_db()
    assert (mine.title, mine.visibility) == ("Mine", Visibility.LINK)


def test_co_trainers_are_trainers(alice: User, bob: User, erin: User, agenda: Agenda) -> None:
    client = signed_in(alice)
    for email in ("bob@example.org", "nobody@example.org", "no address"):
        client.post(f"/agendas/{agenda.pk}/co-trainers/", {"email": email})
    assert not agenda.co_trainers.exists()
    client.post(f"/agendas/{agenda.pk}/co-trainers/", {"email": "Erin@example.org"})
    assert list(agenda.co_trainers.all()) == [erin]
    client.post(f"/agendas/{agenda.pk}/co-trainers/{erin.pk}/remove/")
    assert not agenda.co_trainers.exists()


def test_only_the_owner_and_admins_delete(alice: User, erin: User, agenda: Agenda) -> None:
    agenda.co_trainers.add(erin)
    signed_in(erin).post(f"/agendas/{agenda.pk}/delete/")
    assert Agenda.objects.exists()
    signed_in(alice).post(f"/agendas/{agenda.pk}/delete/")
    assert not Agenda.objects.exists()


def test_an_agenda_that_never_was(alice: User) -> None:
    assert signed_in(alice).get(f"/agendas/{uuid4()}/").status_code == 404
    assert signed_in(alice).get("/a/nothing/").status_code == 404


# --- Changing ----------------------------------------------------------------------------------------


def test_two_people_merge_and_each_undoes_their_own(alice: User, erin: User, agenda: Agenda) -> None:
    agenda.co_trainers.add(erin)
    editing.change(agenda_id=agenda.pk, person=alice, operation={"type": "move_item", "item": "c", "day": "d2", "index": 0})
    editing.change(agenda_id=agenda.pk, person=erin, operation={"type": "remove_item", "item": "b"})
    assert ids(agenda) == [["a"], ["c"]]
    editing.undo(agenda_id=agenda.pk, person=alice)
    assert ids(agenda) == [["a", "c"], []]
    editing.redo(agenda_id=agenda.pk, person=alice)
    assert ids(agenda) == [["a"], ["c"]]
    editing.undo(agenda_id=agenda.pk, person=erin)
    assert ids(agenda) == [["a", "b"], ["c"]]
    with pytest.raises(OperationRefused, match="nothing of yours to undo"):
        editing.undo(agenda_id=agenda.pk, person=erin)


def test_several_steps_back_and_forth_and_a_new_change_ends_redo(alice: User, agenda: Agenda) -> None:
    for item in ("a", "b"):
        editing.change(agenda_id=agenda.pk, person=alice, operation={"type": "remove_item", "item": item})
    for _ in range(2):
        editing.undo(agenda_id=agenda.pk, person=alice)
    assert ids(agenda) == [["a", "b", "c"], []]
    editing.redo(agenda_id=agenda.pk, person=alice)
    assert ids(agenda) == [["b", "c"], []]
    editing.change(agenda_id=agenda.pk, person=alice, operation={"type": "remove_item", "item": "c"})
    with pytest.raises(OperationRefused, match="nothing of yours to redo"):
        editing.redo(agenda_id=agenda.pk, person=alice)
    assert ids(agenda) == [["b"], []]


def test_an_undo_that_no_longer_fits_is_refused_and_changes_nothing(alice: User, erin: User, agenda: Agenda) -> None:
    editing.change(agenda_id=agenda.pk, person=alice, operation={"type": "update_item", "item": "a", "fields": {"minutes": 50}})
    editing.change(agenda_id=agenda.pk, person=erin, operation={"type": "remove_item", "item": "a"})
    with pytest.raises(OperationRefused, match="is gone"):
        editing.undo(agenda_id=agenda.pk, person=alice)
    assert ids(agenda) == [["b", "c"], []]


def test_a_refused_change_shows_the_sentence_and_the_fresh_board(alice: User, agenda: Agenda) -> None:
    response = operate(signed_in(alice), agenda, {"type": "remove_item", "item": "x"})
    assert response.status_code == 409
    text = response.content.decode()
    assert "This part of the agenda is gone; somebody has removed it." in text
    assert "Basics" in text


@pytest.mark.parametrize("body", ["{", "[]", '{"type": "dance"}', '{"type": "remove_item"}', '{"type": "' + "x" * 70_000 + '"}'])
def test_bad_input_is_refused(alice: User, agenda: Agenda, body: str) -> None:
    path = f"/agendas/{agenda.pk}/operations/"
    response = signed_in(alice).post(path, body, content_type="application/json", headers={"X-Fragment": "1"})
    assert response.status_code == 409
    assert ids(agenda) == [["a", "b", "c"], []]


def test_without_script_a_form_is_enough(alice: User, agenda: Agenda) -> None:
    client, path = signed_in(alice), f"/agendas/{agenda.pk}/operations/"
    assert client.post(path, {"operation": '{"type": "remove_item", "item": "b"}'}).headers["Location"] == f"/agendas/{agenda.pk}/"
    client.post(path, {"operation": '{"type": "add_item", "day": "d2"}', "module": "basics"})
    agenda.refresh_from_db()
    assert [item.module for item in agenda.document.days[1].items] == ["basics"]
    client.post(f"/agendas/{agenda.pk}/undo/")
    agenda.refresh_from_db()
    assert agenda.document.days[1].items == ()
    page = client.post(path, {"operation": '{"type": "remove_item", "item": "gone"}'}, follow=True)
    assert "This part of the agenda is gone" in page.content.decode()


def many(number: int) -> None:
    """So many more modules."""
    about = {"summary": "s", "minutes": 5, "level": "beginner"}
    Module.objects.bulk_create([Module(slug=f"m{i}", title=f"M {i}", position=10 + i, **about) for i in range(number)])


def test_the_builder_costs_the_same_with_many_modules(
    alice: User, agenda: Agenda, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, path = signed_in(alice), f"/agendas/{agenda.pk}/"
    with django_assert_num_queries(10):
        client.get(path)
    many(100)
    # One more counts those that are not shown.
    with django_assert_num_queries(11):
        client.get(path)
    with django_assert_num_queries(5):
        client.get(f"{path}board/")
    with django_assert_num_queries(6):
        client.get(f"{path}catalogue/")


def test_the_catalogue_beside_the_days_shows_some_and_finds_the_others(alice: User, agenda: Agenda) -> None:
    client, path = signed_in(alice), f"/agendas/{agenda.pk}/"

    def offered(query: str = "") -> list[str]:
        offer = client.get(f"{path}{query}").context["offer"]
        return [module.slug for module in (*offer.unused, *offer.used)]

    assert offered() == ["basics", "fleets"]
    many(100)
    assert offered() == [*(f"m{i}" for i in range(30)), "basics", "fleets"]
    assert "And 70 more." in client.get(path).content.decode()
    for door in ("catalogue/", ""):
        assert offered(f"{door}?find=m+77") == ["m77"]
        assert offered(f"{door}?find=FLEETS") == ["fleets"]
        assert offered(f"{door}?find=automation") == ["fleets"]
        assert offered(f"{door}?find=zebra") == []
        assert offered(f"{door}?find=%00%25") == []
    assert "No module fits." in client.get(f"{path}catalogue/?find=zebra").content.decode()
    text = client.get(f"{path}?find=<script>").content.decode()
    assert '<script>"' not in text


# --- Starting ----------------------------------------------------------------------------------------

FORM = {"title": "Planned", "days": "1", "start": "09:00", "end": "12:00", "lunch": "0", "level": "beginner"}


def test_the_planner_proposes_and_what_it_proposes_can_be_used(alice: User, course: Path) -> None:
    client = signed_in(alice)
    form = {**FORM, "must": ["fleets"], "date": "2026-12-01"}
    page = client.post("/agendas/new/", form)
    assert page.status_code == 200
    assert [slot.starts for day in page.context["days"] for slot in day.slots] == ["09:00", "09:10", "09:50", "10:20"]
    assert not Agenda.objects.exists()
    client.post("/agendas/new/", {**form, "use": "1"})
    made = Agenda.objects.get()
    assert (made.title, made.document.modules(), made.document.days[0].date) == ("Planned", ["basics", "fleets"], "2026-12-01")


def test_what_does_not_fit_says_by_how_much(alice: User, course: Path) -> None:
    page = signed_in(alice).post("/agendas/new/", {**FORM, "end": "10:00", "must": ["fleets"]})
    assert "What must be in takes 30 minutes more than there are." in page.content.decode()
    assert not Agenda.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("end", "08:00", "The day ends after it starts."),
        ("days", "9", "less than or equal to 5"),
        ("must", "magic", "not one of the available"),
    ],
)
def test_a_form_that_cannot_be(alice: User, course: Path, field: str, value: str, says: str) -> None:
    page = signed_in(alice).post("/agendas/new/", {**FORM, field: value, "use": "1"})
    assert says in page.content.decode()
    assert not Agenda.objects.exists()


def test_presets_and_tracks(alice: User, course: Path) -> None:
    client = signed_in(alice)
    for query, modules in (("preset=one-day", ["basics", "fleets"]), ("track=introduction", ["basics"]), ("preset=diy", [])):
        client.post(f"/agendas/new/?{query}")
        assert Agenda.objects.latest("created_at").document.modules() == modules
    assert client.get("/agendas/new/?preset=magic").status_code == 404


# --- Out and in --------------------------------------------------------------------------------------


def test_a_calendar_has_an_event_for_each_item_of_a_dated_day(alice: User, agenda: Agenda) -> None:
    calendar: Any = Calendar.from_ical(signed_in(alice).get(f"/agendas/{agenda.pk}/agenda.ics").content)
    events = [(str(event["summary"]), event["dtstart"].dt.isoformat(), event["dtend"].dt.isoformat()) for event in calendar.walk("VEVENT")]
    assert events == [
        ("Basics", "2026-12-01T09:00:00", "2026-12-01T09:40:00"),
        ("Break", "2026-12-01T09:40:00", "2026-12-01T09:55:00"),
        ("Fleets", "2026-12-01T09:55:00", "2026-12-01T10:25:00"),
    ]


def test_a_table_has_a_line_for_each_item_and_no_formula(alice: User, agenda: Agenda) -> None:
    response = signed_in(alice).get(f"/agendas/{agenda.pk}/agenda.csv")
    lines = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [(line["start"], line["title"], line["notes"]) for line in lines][-1] == ("09:55", "Fleets", "'=1+1")
    assert response.headers["Content-Disposition"] == 'attachment; filename="monday.csv"'


def upload(client: Client, content: bytes) -> Any:
    return client.post("/agendas/import/", {"file": SimpleUploadedFile("agenda.json", content)}, follow=True)


def test_what_goes_out_comes_in_again(alice: User, erin: User, agenda: Agenda) -> None:
    exported = signed_in(alice).get(f"/agendas/{agenda.pk}/agenda.json").content
    Module.objects.filter(slug="fleets").delete()
    page = upload(signed_in(erin), exported)
    assert "There is no module fleets here; its time was kept as a block of your own." in page.content.decode()
    made = Agenda.objects.get(owner=erin)
    assert (made.title, ids(made)) == ("Monday", [["a", "b", "c"], []])
    assert [(item.kind, item.title) for item in made.document.days[0].items][-1] == ("custom", "fleets")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "This file is not JSON."),
        (b"[]", "This file is not an agenda of Drydock."),
        (b'{"format": "drydock-agenda", "version": 9}', "This file has version 9 of the format; this Drydock reads 1."),
        (b'{"format": "drydock-agenda", "version": 1, "days": [{}]}', "is missing or of the wrong kind."),
        (b" " * 300_000, "This file is too large to be an agenda."),
    ],
)
def test_a_file_that_is_none(alice: User, course: Path, content: bytes, says: str) -> None:
    assert says in upload(signed_in(alice), content).content.decode()
    assert not Agenda.objects.exists()


# --- The socket --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_a_second_builder_hears_of_a_change(alice: User, dave: User, agenda: Agenda) -> None:
    socket = await connect(f"/ws/agendas/{agenda.pk}/", dave)
    assert (await socket.json())["version"] == 0
    await sync_to_async(editing.change)(agenda_id=agenda.pk, person=alice, operation={"type": "remove_item", "item": "b"})
    heard = await socket.json()
    assert (heard["version"], heard["by"]) == (1, "Alice")
    await socket.leave()


@pytest.mark.django_db(transaction=True)
async def test_the_socket_is_for_those_who_may_edit(bob: User, agenda: Agenda) -> None:
    def path(agenda_id: UUID) -> str:
        return f"/ws/agendas/{agenda_id}/"

    assert await (await connect(path(agenda.pk), None)).close_code() == 4401
    assert await (await connect(path(agenda.pk), bob)).close_code() == 4404
    assert await (await connect(path(agenda.pk), bob, origin="http://evil.example")).close_code() == 4403
