"""Who may see and change an agenda. The first line of every view."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from workshop.agendas.models import Agenda, Visibility


def agenda_for(user: Any, agenda_id: UUID, *, edit: bool = False) -> Agenda:
    """An agenda that the person may read, or with ``edit`` change. Raises Http404 for all others.

    Owners, co-trainers and admins change; everybody signed in reads what is public.
    """
    agenda = Agenda.objects.select_related("owner", "origin").filter(pk=agenda_id).first()
    if agenda is None:
        raise Http404("There is no such agenda.")
    if agenda.may_edit(user) or (not edit and agenda.visibility == Visibility.PUBLIC):
        return agenda
    raise Http404("There is no such agenda.")


def shared_agenda(token: str) -> Agenda:
    """The agenda behind a shared link, as long as it is shared. Raises Http404."""
    shared = Agenda.objects.select_related("owner").filter(share_token=token).exclude(visibility=Visibility.PRIVATE).first()
    if shared is None:
        raise Http404("This link leads nowhere any more. Ask whoever gave it to you for a new one.")
    return shared


def mine(user: Any) -> "QuerySet[Agenda]":
    """The agendas that the person owns."""
    return Agenda.objects.filter(owner=user)


def shared_with(user: Any) -> "QuerySet[Agenda]":
    """The agendas of others that the person helps to make; an admin sees all."""
    others = Agenda.objects.exclude(owner=user).select_related("owner")
    return others if user.is_admin else others.filter(co_trainers=user)


def public(user: Any) -> "QuerySet[Agenda]":
    """What others have made public."""
    return Agenda.objects.filter(visibility=Visibility.PUBLIC).exclude(Q(owner=user) | Q(co_trainers=user)).select_related("owner")


def may_publish(user: Any) -> bool:
    """Whether the person may make an agenda public: trainers may, learners keep theirs or share a link."""
    return bool(user.is_trainer)
