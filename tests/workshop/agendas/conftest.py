"""An agenda of Alice's, and another trainer."""

from pathlib import Path

import pytest

from workshop.accounts.models import Role, User
from workshop.agendas import editing
from workshop.agendas.document import Day, Document, Item
from workshop.agendas.models import Agenda

ITEMS = (
    Item("a", "module", 40, module="basics"),
    Item("b", "break", 15),
    Item("c", "module", 30, module="fleets", notes="=1+1"),
)


@pytest.fixture
def agenda(alice: User, course: Path) -> Agenda:
    return editing.create(owner=alice, title="Monday", document=Document((Day("d1", date="2026-12-01", items=ITEMS), Day("d2"))))


@pytest.fixture
def erin(db: None) -> User:
    """Another trainer."""
    return User.objects.create_user("erin@example.org", name="Erin", role=Role.TRAINER)
