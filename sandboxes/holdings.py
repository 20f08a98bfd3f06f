"""What a person has of the machine at the moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q

from sandboxes.models import Sandbox
from sandboxes.states import LIVE, State

if TYPE_CHECKING:
    from workshop.accounts.models import User


@dataclass(frozen=True, slots=True)
class Held:
    """A live sandbox; ``deadline`` is unknown until it is being prepared, ``terminals`` are the open ones."""

    id: UUID
    purpose: str
    state: State
    deadline: datetime | None
    instances: int
    terminals: int

    @property
    def is_ready(self) -> bool:
        """Whether commands can be run in it."""
        return self.state == State.READY


def holdings(*, owner: "User") -> list[Held]:
    """The person's live sandboxes, oldest first. One query."""
    still_open = Q(instances__terminals__closed_at=None)
    rows = (
        Sandbox.objects.filter(owner=owner, state__in=LIVE)
        .annotate(nodes=Count("instances", distinct=True), shells=Count("instances__terminals", filter=still_open, distinct=True))
        .order_by("created_at")
    )
    return [Held(row.pk, row.purpose, State(row.state), row.deadline, row.nodes, row.shells) for row in rows]
