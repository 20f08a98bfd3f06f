"""Following an agenda: whoever may read it may keep it among what they learn, for as long as they may read it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
from django.urls import reverse

from workshop.agendas.access import agenda_for
from workshop.agendas.models import Agenda, Follow, Visibility

if TYPE_CHECKING:
    from workshop.accounts.models import User


@dataclass(frozen=True, slots=True)
class Followed:
    """An agenda that a person follows; ``agenda`` is None once they may not read it any more. ``url`` is where they read it."""

    agenda_id: UUID
    title: str
    agenda: Agenda | None
    url: str


def follow(*, person: "User", agenda: Agenda, token: str = "") -> None:
    """Follow an agenda that the person may read, with the token of its shared link where that is why. Twice is once."""
    Follow.objects.update_or_create(person=person, agenda=agenda, defaults={"title": agenda.title, "token": token})


def unfollow(*, person: "User", agenda_id: UUID) -> bool:
    """Follow it no longer; whether the person did."""
    return bool(Follow.objects.filter(person=person, agenda_id=agenda_id).delete()[0])


def follows(person: "User", agenda: Agenda) -> bool:
    """Whether the person follows the agenda."""
    return Follow.objects.filter(person=person, agenda=agenda).exists()


def followed(person: "User") -> list[Followed]:
    """What the person follows, in the order in which they began to. Two queries."""
    rows = Follow.objects.filter(person=person).select_related("agenda__owner").prefetch_related("agenda__co_trainers")
    return [_followed(person, row) for row in rows]


def _followed(person: "User", row: Follow) -> Followed:
    agenda = row.agenda
    if person.is_admin or agenda.owner_id == person.pk or any(other.pk == person.pk for other in agenda.co_trainers.all()):
        return Followed(agenda.pk, agenda.title, agenda, agenda.get_absolute_url())
    if agenda.visibility == Visibility.PUBLIC:
        return Followed(agenda.pk, agenda.title, agenda, reverse("agenda_print", args=[agenda.pk]))
    if agenda.visibility == Visibility.LINK and row.token == agenda.share_token:
        return Followed(agenda.pk, agenda.title, agenda, reverse("agenda_shared", args=[row.token]))
    # The name that they knew it by: what it is called since is not for them.
    return Followed(agenda.pk, row.title, None, "")


def agenda_to_learn(person: "User", agenda_id: UUID) -> Agenda:
    """An agenda that the person may read, also because they follow its link. Raises Http404 for all others."""
    for item in followed(person):
        if item.agenda_id == agenda_id and item.agenda is not None:
            return item.agenda
    try:
        return agenda_for(person, agenda_id)
    except Http404:
        raise Http404("There is no such agenda, or it is no longer shared.") from None
