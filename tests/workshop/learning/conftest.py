"""Bob learns: an agenda of Alice's that he can follow by its link, and two modules of his own."""

from pathlib import Path

import pytest

from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.agendas import editing
from workshop.agendas.document import Day, Document, Item
from workshop.agendas.models import Agenda, Visibility

ITEMS = (
    Item("a", "module", 30, module="basics", pages=("start", "recap")),
    Item("b", "break", 15),
    Item("c", "module", 30, module="fleets"),
)


@pytest.fixture
def agenda(alice: User, course: Path) -> Agenda:
    """Alice's, shared by link: two pages of one module, all of another."""
    made = editing.create(owner=alice, title="Monday", document=Document((Day("d1", items=ITEMS),)))
    made.visibility = Visibility.LINK
    made.save()
    return made


@pytest.fixture
def bobs_agenda(bob: User, agenda: Agenda) -> Agenda:
    """The same, once Bob has followed its link."""
    signed_in(bob).post(f"/a/{agenda.share_token}/follow/")
    return agenda
