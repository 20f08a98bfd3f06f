"""My learning: what one follows and has begun, the sandboxes one has, and how much more there may be."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sandboxes import services
from workshop.curriculum.models import Module
from workshop.learning.overview import overview


@dataclass(frozen=True, slots=True)
class SandboxRow:
    """A live sandbox as it is shown; ``minutes`` are left to its deadline, None before it has one."""

    held: services.Held
    title: str
    url: str
    minutes: int | None


@require_safe
@login_required
def learning(request: HttpRequest) -> HttpResponse:
    """Everything about one's own learning on a page."""
    assert request.user.is_authenticated
    held = services.holdings(owner=request.user)
    context = {
        "overview": overview(request.user),
        "sandboxes": _rows(held),
        "limits": {
            "sandboxes": settings.SANDBOX_LIMIT,
            "terminals": settings.TERMINAL_LIMIT,
            "hours": f"{settings.SANDBOX_HOURS:g}",
        },
        "nav": "learning",
    }
    return render(request, "learning/index.html", context)


def _rows(held: list[services.Held]) -> list[SandboxRow]:
    modules = {
        module.slug: module for module in Module.objects.filter(slug__in=[each.purpose for each in held]).only("slug", "title", "outline")
    }
    now = timezone.now()
    rows = []
    for each in held:
        module = modules.get(each.purpose)
        minutes = None if each.deadline is None else max(0, int((each.deadline - now).total_seconds() // 60))
        rows.append(SandboxRow(each, module.title if module else each.purpose, module.url if module else "", minutes))
    return rows


@require_POST
@login_required
def stop_sandbox(request: HttpRequest, sandbox_id: UUID) -> HttpResponse:
    """End one of one's own sandboxes; Http404 for everybody else's."""
    if services.stop(sandbox=services.sandbox_for(request.user, sandbox_id)):
        messages.success(request, "The sandbox is being removed.")
    else:
        messages.warning(request, "That sandbox was over already.")
    return redirect("learning")
