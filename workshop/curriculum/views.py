"""Pages for learners: the modules, a page with its workbench, and the button that starts a sandbox."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from labs import sandbox
from sandboxes.api import json_view
from workshop.curriculum.models import Module, Page


def module_cards() -> list[dict[str, Any]]:
    """Every module that is offered, with what its card shows; two queries."""
    pages = Prefetch("pages", queryset=Page.objects.select_related("module").defer("html", "toc"))
    return [_card(module) for module in Module.objects.filter(withdrawn=False).prefetch_related(pages)]


def _card(module: Module) -> dict[str, Any]:
    pages = list(module.pages.all())
    return {
        "slug": module.slug,
        "title": module.title,
        "summary": module.summary,
        "minutes": module.minutes,
        "level": module.level,
        "objectives": module.objectives,
        "pages": pages,
        "url": pages[0].url if pages else "",
    }


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for strangers; the modules, for people who are signed in."""
    modules = module_cards() if request.user.is_authenticated else []
    return render(request, "workshop/home.html", {"modules": modules})


@require_safe
def module_list(request: HttpRequest) -> HttpResponse:
    """Every module; open to strangers, so that they see what there is."""
    return render(request, "curriculum/module_list.html", {"modules": module_cards(), "nav": "modules"})


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest, module_slug: str, page_slug: str) -> HttpResponse:
    """A page beside the learner's own terminals."""
    module = get_object_or_404(Module, slug=module_slug)
    pages = list(module.pages.select_related("module").defer("html", "toc"))
    shown = get_object_or_404(Page.objects.select_related("module"), module=module, slug=page_slug)
    index = [item.slug for item in pages].index(shown.slug)
    context = {
        "module": module,
        "page": shown,
        "pages": pages,
        "previous": pages[index - 1] if index else None,
        "next": pages[index + 1] if index + 1 < len(pages) else None,
        "purpose": module.slug,
        "state_json": sandbox.state(owner=request.user, module=module.slug),
        "endpoints_json": _endpoints(module),
        "nav": "modules",
    }
    return render(request, "curriculum/page.html", context)


def _endpoints(module: Module) -> dict[str, str]:
    return {
        "start": reverse("sandbox_start", args=[module.slug]),
        "socket": f"/ws/sandbox/{module.slug}/",
        "sandboxes": "/sandboxes/",
        "terminals": "/terminals/",
        "terminalSocket": "/ws/terminals/",
    }


@json_view("POST")
def start_sandbox(request: HttpRequest, module_slug: str) -> HttpResponse:
    """Start one's own sandbox for a module, or find the one that is there."""
    module = get_object_or_404(Module, slug=module_slug, withdrawn=False)
    assert request.user.is_authenticated
    state, created = sandbox.start(owner=request.user, module=module.slug)
    return JsonResponse(state, status=201 if created else 200)
