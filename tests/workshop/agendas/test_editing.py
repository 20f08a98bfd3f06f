"""Forms of the builder: what was typed is kept, refused with a sentence, and never overwritten unseen."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.agendas.models import Agenda
from workshop.curriculum.models import Module


def typed(client: Client, agenda: Agenda, operation: dict[str, Any], **fields: str) -> Any:
    """Send a form of the builder, of which some fields were changed."""
    path = f"/agendas/{agenda.pk}/operations/"
    return client.post(path, {"operation": json.dumps(operation), **fields}, headers={"X-Fragment": "1"})


def test_two_change_the_same_text_and_neither_is_lost(alice: User, erin: User, agenda: Agenda) -> None:
    agenda.co_trainers.add(erin)
    hers, his = signed_in(alice), signed_in(erin)
    update = {"type": "update_item", "item": "a"}
    assert typed(hers, agenda, update, **{"notes": "Bring\r\ncables", "was-notes": "", "title": "", "was-title": ""}).status_code == 200
    # Another field of the same form, which the other has not seen change.
    assert typed(his, agenda, update, **{"notes": "", "was-notes": "", "title": "First", "was-title": ""}).status_code == 200
    refused = typed(his, agenda, update, **{"notes": "Bring nothing", "was-notes": ""})
    assert refused.status_code == 409
    assert "Somebody has changed the notes meanwhile: now it is “Bring\ncables”." in refused.content.decode()
    # Having seen it, they decide.
    assert typed(his, agenda, update, **{"notes": "Bring two cables", "was-notes": "Bring\r\ncables"}).status_code == 200
    # Alice's undo would overwrite what Erin has written since.
    refused = hers.post(f"/agendas/{agenda.pk}/undo/", headers={"X-Fragment": "1"})
    assert refused.status_code == 409
    agenda.refresh_from_db()
    item = agenda.document.days[0].items[0]
    assert (item.title, item.notes, agenda.version) == ("First", "Bring two cables", 3)


def test_a_change_that_is_sent_twice_is_made_once(alice: User, erin: User, agenda: Agenda) -> None:
    agenda.co_trainers.add(erin)
    client, base = signed_in(alice), f"/agendas/{agenda.pk}"

    def twice(name: str, key: str, **form: str) -> int:
        """The status, the same for both; and the agenda's version afterwards is asserted by whoever calls."""
        headers = {"X-Fragment": "1", "X-Change": key * 32}
        statuses = {client.post(f"{base}/{name}/", form, headers=headers).status_code for _ in range(2)}
        agenda.refresh_from_db()
        return statuses.pop() if len(statuses) == 1 else 0

    for index, item in enumerate("bc"):
        assert twice("operations", item, operation=json.dumps({"type": "remove_item", "item": item})) == 200
        assert agenda.version == index + 1
    # Taking back twice would take back the other removal, too.
    assert (twice("undo", "0"), agenda.version, [item.id for item in agenda.document.days[0].items]) == (200, 3, ["a", "c"])
    assert (twice("redo", "1"), agenda.version, [item.id for item in agenda.document.days[0].items]) == (200, 4, ["a"])
    # The key is the person's own: somebody else's change of the same name is made.
    headers = {"X-Fragment": "1", "X-Change": "b" * 32}
    removal = {"operation": json.dumps({"type": "remove_item", "item": "a"})}
    assert signed_in(erin).post(f"{base}/operations/", removal, headers=headers).status_code == 200
    agenda.refresh_from_db()
    assert (agenda.version, agenda.document.days[0].items) == (5, ())


@pytest.mark.parametrize("key", ["x", "A" * 32, "a" * 33])
@pytest.mark.parametrize("door", ["operations", "undo", "redo"])
def test_a_change_with_a_strange_name_is_refused(alice: User, agenda: Agenda, door: str, key: str) -> None:
    removal = {"operation": json.dumps({"type": "remove_item", "item": "a"})}
    answer = signed_in(alice).post(f"/agendas/{agenda.pk}/{door}/", removal, headers={"X-Fragment": "1", "X-Change": key})
    agenda.refresh_from_db()
    assert (answer.status_code, agenda.version) == (409, 0)
    assert "The change cannot be read." in answer.content.decode()


def test_a_form_in_which_nothing_was_changed_changes_nothing(alice: User, agenda: Agenda) -> None:
    answer = typed(signed_in(alice), agenda, {"type": "update_item", "item": "a"}, **{"minutes": "40", "was-minutes": "40"})
    agenda.refresh_from_db()
    assert (answer.status_code, agenda.version) == (200, 0)


def test_pages_are_chosen_and_all_of_them_is_no_choice(alice: User, agenda: Agenda) -> None:
    client, path = signed_in(alice), f"/agendas/{agenda.pk}/operations/"
    pages = [page["slug"] for page in Module.objects.get(slug="basics").outline]
    form = {"operation": '{"type": "update_item", "item": "a"}', "page-count": str(len(pages))}
    for chosen, was, stored in ((pages[:1], "", pages[:1]), (pages, pages[0], []), ([], "", [])):
        client.post(path, {**form, "pages": chosen, "was-pages": was})
        agenda.refresh_from_db()
        assert list(agenda.document.days[0].items[0].pages) == stored


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ('{"type": "update_item", "item": "a"}', {"minutes": "soon"}),
        ('{"type": "update_item", "item": "a"}', {"minutes": "0"}),
        ('{"type": "update_item", "item": "a", "fields": {"id": "z"}}', {}),
        ('{"type": "update_item", "item": ["a"], "fields": {"minutes": 5}}', {}),
        ('{"type": "update_day", "day": "d1"}', {"start": "18:00"}),
        ('{"type": "update_day", "day": "d1"}', {"date": "tomorrow"}),
        ('{"type": "add_item", "day": "d1"}', {"module": "nothing"}),
        ('{"type": "add_item", "day": "gone"}', {"module": "basics"}),
        ('{"type": "split_item", "item": "a"}', {"minutes": "40"}),
        ("", {}),
    ],
)
def test_a_form_that_does_not_fit_is_refused(alice: User, agenda: Agenda, operation: str, fields: dict[str, str]) -> None:
    path = f"/agendas/{agenda.pk}/operations/"
    answer = signed_in(alice).post(path, {"operation": operation, **fields}, headers={"X-Fragment": "1"})
    agenda.refresh_from_db()
    assert (answer.status_code, agenda.version) == (409, 0)
