"""The builder: its page, and every change to an agenda."""

import json
import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from workshop.accounts.models import User
from workshop.agendas import board, editing, following
from workshop.agendas.access import agenda_for
from workshop.agendas.forms import CoTrainerForm, SettingsForm
from workshop.agendas.models import Agenda, new_token
from workshop.agendas.operations import Operation, OperationRefused
from workshop.curriculum.models import Module

_KEY = re.compile(r"[0-9a-f]{32}")
_LARGEST = 64 * 1024
_NUMBERS = ("minutes", "index")
_FIELDS = ("title", "notes", "minutes", "start", "end", "date")


@require_safe
@login_required
@ensure_csrf_cookie
def builder(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """The agenda to change; somebody who may only read is led to the page to read."""
    agenda = agenda_for(request.user, agenda_id)
    assert request.user.is_authenticated
    if not agenda.may_edit(request.user):
        return redirect("agenda_print", agenda_id=agenda.pk)
    context = {
        **board.context(agenda, request.user),
        **board.catalogue_context(agenda.document, request.GET.get("find", "")),
        "settings_form": SettingsForm(instance=agenda, person=request.user),
        "co_trainer_form": CoTrainerForm(),
        "co_trainers": agenda.co_trainers.all(),
        "follows": following.follows(request.user, agenda),
        "share_url": request.build_absolute_uri(f"/a/{agenda.share_token}/"),
        "may_delete": agenda.owner_id == request.user.pk or request.user.is_admin,
        "nav": "agendas",
    }
    return render(request, "agendas/builder.html", context)


@require_safe
@login_required
def fragment(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """The board alone, for a page that has heard of a change."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    assert request.user.is_authenticated
    return render(request, "agendas/_board.html", board.context(agenda, request.user))


@require_safe
@login_required
def catalogue(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """The catalogue beside the days alone; with ``?find=`` the modules that have these words."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    return render(request, "agendas/_catalogue_list.html", board.catalogue_context(agenda.document, request.GET.get("find", "")))


@require_POST
@login_required
def change(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """One operation, as JSON from the script or as a form without it."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    assert request.user.is_authenticated
    try:
        operation = _operation(request)
        if operation.get("fields") != {}:
            agenda = editing.change(agenda_id=agenda.pk, person=request.user, operation=operation, key=_key(request))
    except OperationRefused as refused:
        return _answer(request, agenda, refused)
    return _answer(request, agenda)


@require_POST
@login_required
def undo(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """Take back one's own last change."""
    return _step(request, agenda_id, editing.undo)


@require_POST
@login_required
def redo(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """Make one's own last undone change again."""
    return _step(request, agenda_id, editing.redo)


def _step(request: HttpRequest, agenda_id: UUID, step: Any) -> HttpResponse:
    agenda = agenda_for(request.user, agenda_id, edit=True)
    try:
        agenda = step(agenda_id=agenda.pk, person=request.user, key=_key(request))
    except OperationRefused as refused:
        return _answer(request, agenda, refused)
    return _answer(request, agenda)


def _answer(request: HttpRequest, agenda: Agenda, refused: OperationRefused | None = None) -> HttpResponse:
    """The fresh board for the script, with 409 where the change was refused; for a plain form the page again."""
    assert request.user.is_authenticated
    if request.headers.get("X-Fragment"):
        agenda.refresh_from_db()
        context = {**board.context(agenda, request.user), "refused": str(refused) if refused else ""}
        return render(request, "agendas/_board.html", context, status=409 if refused else 200)
    if refused:
        messages.error(request, str(refused))
    return redirect(agenda)


def _key(request: HttpRequest) -> str:
    """What the script calls this change; a plain form calls it nothing. Raises OperationRefused."""
    key = request.headers.get("X-Change", "")
    if key and not _KEY.fullmatch(key):
        raise OperationRefused("The change cannot be read.")
    return key


# --- Operations out of requests ----------------------------------------------------------------------


def _operation(request: HttpRequest) -> Operation:
    """The operation of a request. Raises OperationRefused where there is none."""
    if len(request.body) > _LARGEST:
        raise OperationRefused("This change is too large.")
    try:
        is_json = request.content_type == "application/json"
        operation = json.loads(request.body if is_json else request.POST.get("operation", ""))
    except ValueError:
        raise OperationRefused("The change cannot be read.") from None
    if not isinstance(operation, dict):
        raise OperationRefused("The change cannot be read.")
    return operation if is_json else _fill_in(operation, request)


def _fill_in(operation: Operation, request: HttpRequest) -> Operation:
    """What a person typed into the form's fields belongs to its operation."""
    kind = operation.get("type")
    if kind in {"update_item", "update_day"}:
        return {**operation, **_changed_fields(operation, request)}
    typed = {name: _value(request, name) for name in ("minutes", "index", "day", "module") if name in request.POST}
    if kind == "add_item" and typed.get("module"):
        operation = {**operation, "item": {**_module_item(str(typed.pop("module"))), **_given_id(operation)}}
    return {**operation, **{name: typed[name] for name in ("minutes", "index", "day") if name in typed}}


def _changed_fields(operation: Operation, request: HttpRequest) -> dict[str, Any]:
    """The fields that were changed, and what they ``was`` when the page was made; without that, all of them count as changed."""
    fields, was = (dict(given) if isinstance(given := operation.get(name), dict) else {} for name in ("fields", "was"))
    for name in (*_FIELDS, "pages"):
        # Boxes of which none is ticked send nothing: what they were says that they are there.
        present = name in request.POST or (name == "pages" and "was-pages" in request.POST)
        if not present:
            continue
        value, before = _value(request, name), _value(request, f"was-{name}") if f"was-{name}" in request.POST else None
        if f"was-{name}" in request.POST:
            if value == before:
                continue
            was[name] = before
        fields[name] = value
    return {"fields": fields, **({"was": was} if was else {})}


def _value(request: HttpRequest, name: str) -> Any:
    """What was typed into a field, as the kind of value that it is. Raises OperationRefused."""
    field = name.removeprefix("was-")
    if field == "pages":
        if name != field:
            return [slug for slug in request.POST[name].split(",") if slug]
        chosen = request.POST.getlist(name)
        # All of them are written as none, so that a page that is added to the module later is in it, too.
        return [] if str(len(chosen)) == request.POST.get("page-count") else chosen
    text = request.POST[name].replace("\r\n", "\n")
    if field in _NUMBERS:
        return _number(text)
    return None if field == "date" and not text else text


def _given_id(operation: Operation) -> dict[str, Any]:
    """The id that the script chose for a new item, so that it can send the same once more."""
    item = operation.get("item")
    return {"id": item["id"]} if isinstance(item, dict) and "id" in item else {}


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise OperationRefused("Minutes are a whole number.") from None


def _module_item(slug: str) -> dict[str, Any]:
    module = Module.objects.filter(slug=slug).first()
    if module is None:
        raise OperationRefused("There is no such module.")
    return {"kind": "module", "module": module.slug, "minutes": module.minutes}


# --- The agenda as a whole ---------------------------------------------------------------------------


@require_POST
@login_required
def settings(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """Title, audience, language, who may read it."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    assert request.user.is_authenticated
    form = SettingsForm(request.POST, instance=agenda, person=request.user)
    if form.is_valid():
        agenda.save(update_fields=["title", "audience", "language", "visibility", "updated_at"])
        messages.success(request, "Saved.")
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    return redirect(agenda)


@require_POST
@login_required
def renew_link(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """A new link to share; the old one leads nowhere from now on."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    Agenda.objects.filter(pk=agenda.pk).update(share_token=new_token())
    messages.success(request, "There is a new link. The old one leads nowhere any more.")
    return redirect(agenda)


@require_POST
@login_required
def add_co_trainer(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """Let another trainer change it too."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    form = CoTrainerForm(request.POST)
    if form.is_valid():
        agenda.co_trainers.add(User.objects.get(email=form.cleaned_data["email"]))
    else:
        messages.error(request, " ".join(map(str, form.errors["email"])))
    return redirect(agenda)


@require_POST
@login_required
def remove_co_trainer(request: HttpRequest, agenda_id: UUID, user_id: int) -> HttpResponse:
    """Let another trainer change it no longer."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    agenda.co_trainers.remove(user_id)
    return redirect(agenda)


@require_POST
@login_required
def copy(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """One's own copy of an agenda that one may read."""
    assert request.user.is_authenticated
    return redirect(editing.copy(agenda=agenda_for(request.user, agenda_id), owner=request.user))


@require_POST
@login_required
def delete(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """Gone for good; only its owner or an admin may."""
    agenda = agenda_for(request.user, agenda_id, edit=True)
    assert request.user.is_authenticated
    if agenda.owner_id != request.user.pk and not request.user.is_admin:
        messages.error(request, "Only its owner can delete an agenda.")
        return redirect(agenda)
    agenda.delete()
    messages.success(request, f"{agenda.title} has been deleted.")
    return redirect("agendas")
