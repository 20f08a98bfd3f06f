"""Changing an agenda: under a lock, operation by operation, so that two people's edits merge and none is lost."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from workshop.agendas.document import Document
from workshop.agendas.models import Agenda, Change, ChangeState
from workshop.agendas.news import announce
from workshop.agendas.operations import Operation, OperationRefused, apply

if TYPE_CHECKING:
    from workshop.accounts.models import User


def create(*, owner: "User", title: str, document: Document, audience: str = "", language: str = "en") -> Agenda:
    """A new agenda, private at first."""
    return Agenda.objects.create(owner=owner, title=title, audience=audience, language=language, data=document.to_json())


def copy(*, agenda: Agenda, owner: "User") -> Agenda:
    """One's own copy, which remembers where it came from."""
    title = f"Copy of {agenda.title}"[:100]
    return Agenda.objects.create(
        owner=owner, title=title, audience=agenda.audience, language=agenda.language, data=agenda.data, origin=agenda
    )


def change(*, agenda_id: UUID, person: "User", operation: Operation, key: str = "") -> Agenda:
    """Apply one operation to the agenda as it is now. Raises OperationRefused where it does not fit any more.

    ``key``, here and below: what the person's browser calls the change. One that was made already, and whose answer got lost,
    is not made again.
    """
    with transaction.atomic():
        agenda = Agenda.objects.select_for_update().get(pk=agenda_id)
        if _made(agenda, person, key):
            return agenda
        # A new change ends what could have been done again.
        _of(agenda, person, ChangeState.UNDONE).update(state=ChangeState.CLOSED)
        _save(agenda, person, operation, ChangeState.DONE, key)
    return agenda


def undo(*, agenda_id: UUID, person: "User", key: str = "") -> Agenda:
    """Take back the person's own last change. Raises OperationRefused where there is none, or it does not fit any more."""
    with transaction.atomic():
        agenda = Agenda.objects.select_for_update().get(pk=agenda_id)
        if _made(agenda, person, key):
            return agenda
        last = undoable(agenda, person)
        if last is None:
            raise OperationRefused("There is nothing of yours to undo.")
        again = _save(agenda, person, last.inverse, ChangeState.CLOSED, key)
        Change.objects.filter(pk=last.pk).update(state=ChangeState.UNDONE, operation=again)
    return agenda


def redo(*, agenda_id: UUID, person: "User", key: str = "") -> Agenda:
    """Make the person's last undone change again. Raises OperationRefused like undo."""
    with transaction.atomic():
        agenda = Agenda.objects.select_for_update().get(pk=agenda_id)
        if _made(agenda, person, key):
            return agenda
        last = redoable(agenda, person)
        if last is None:
            raise OperationRefused("There is nothing of yours to redo.")
        back = _save(agenda, person, last.operation, ChangeState.CLOSED, key)
        Change.objects.filter(pk=last.pk).update(state=ChangeState.DONE, inverse=back)
    return agenda


def undoable(agenda: Agenda, person: "User") -> Change | None:
    """The change that undo would take back."""
    return _of(agenda, person, ChangeState.DONE).order_by("-version").first()


def redoable(agenda: Agenda, person: "User") -> Change | None:
    """The change that redo would make again: the one that was undone last is the oldest of them."""
    return _of(agenda, person, ChangeState.UNDONE).order_by("version").first()


def last_editor(agenda: Agenda) -> str:
    """The name of whoever made the newest version; nothing where that is not known."""
    change = Change.objects.select_related("person").filter(agenda=agenda, version=agenda.version).first()
    return change.person.get_full_name() if change and change.person else ""


def _of(agenda: Agenda, person: "User", state: ChangeState) -> "QuerySet[Change]":
    return Change.objects.filter(agenda=agenda, person=person, state=state)


def _made(agenda: Agenda, person: "User", key: str) -> bool:
    return bool(key) and Change.objects.filter(agenda=agenda, person=person, key=key).exists()


def _save(agenda: Agenda, person: "User", operation: Operation, state: ChangeState, key: str) -> Operation:
    """Apply, store, log and announce; the inverse."""
    document, inverse = apply(agenda.document, operation)
    agenda.data = document.to_json()
    agenda.version += 1
    agenda.save(update_fields=["data", "version", "updated_at"])
    Change.objects.create(agenda=agenda, version=agenda.version, person=person, operation=operation, inverse=inverse, state=state, key=key)
    announce(agenda_id=agenda.pk)
    return inverse
