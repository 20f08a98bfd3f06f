"""What goes out: the page for participants, print, calendar, table, data."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from workshop.agendas import exports, following
from workshop.agendas.access import agenda_for, shared_agenda
from workshop.agendas.board import board
from workshop.agendas.catalogue import facts
from workshop.agendas.models import Agenda
from workshop.curriculum.models import Module


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What a participant sees before the day; whoever has the link may read it."""
    agenda = shared_agenda(token)
    context = {"agenda": agenda, "board": board(agenda.document), "follows": _follows(request, agenda)}
    return render(request, "agendas/shared.html", context)


@require_safe
@login_required
def print_agenda(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """The agenda on paper; also for those who may read it and not change it."""
    agenda = agenda_for(request.user, agenda_id)
    may_edit = agenda.may_edit(request.user)
    context = {"agenda": agenda, "board": board(agenda.document), "may_edit": may_edit, "follows": _follows(request, agenda)}
    return render(request, "agendas/print.html", context)


def _follows(request: HttpRequest, agenda: Agenda) -> bool:
    return request.user.is_authenticated and following.follows(request.user, agenda)


@require_safe
@login_required
def export(request: HttpRequest, agenda_id: UUID, kind: str) -> HttpResponse:
    """The agenda as a file."""
    return _file(request, agenda_for(request.user, agenda_id), kind)


@require_safe
def shared_export(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """The same for whoever has the link."""
    return _file(request, shared_agenda(token), kind)


def _file(request: HttpRequest, agenda: Agenda, kind: str) -> HttpResponse:
    modules = facts(Module.objects.all())
    response: HttpResponse
    if kind == "ics":
        url = request.build_absolute_uri(f"/a/{agenda.share_token}/")
        response = HttpResponse(exports.to_ical(agenda, modules, url=url), content_type="text/calendar; charset=utf-8")
    elif kind == "csv":
        response = HttpResponse(exports.to_csv(agenda, modules), content_type="text/csv; charset=utf-8")
    else:
        response = JsonResponse(exports.to_json(agenda), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{slugify(agenda.title) or "agenda"}.{kind}"'
    return response
