"""Following an agenda, from its page or by its shared link, and following it no longer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from workshop.agendas import following
from workshop.agendas.access import agenda_for, shared_agenda
from workshop.agendas.models import Agenda


@require_POST
@login_required
def follow(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """Follow an agenda that one may read without its link."""
    return _follow(request, agenda_for(request.user, agenda_id))


@require_POST
@login_required
def follow_shared(request: HttpRequest, token: str) -> HttpResponse:
    """Follow the agenda behind a shared link."""
    return _follow(request, shared_agenda(token), token)


def _follow(request: HttpRequest, agenda: Agenda, token: str = "") -> HttpResponse:
    assert request.user.is_authenticated
    following.follow(person=request.user, agenda=agenda, token=token)
    messages.success(request, f"You follow “{agenda.title}”.")
    return redirect("learning")


@require_POST
@login_required
def unfollow(request: HttpRequest, agenda_id: UUID) -> HttpResponse:
    """Follow an agenda no longer; also one that is not shared any more."""
    assert request.user.is_authenticated
    if following.unfollow(person=request.user, agenda_id=agenda_id):
        messages.success(request, "You follow it no longer.")
    return redirect("learning")
