"""A page beside the learner's terminals, its pictures, and all pages of a module to print."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from labs import runblocks, sandbox
from sandboxes.api import fields, json_view
from workshop.curriculum import progress
from workshop.curriculum.models import Module, Page, Picture
from workshop.curriculum.queries import done_pages, read_page

_YEAR = 365 * 24 * 3600


def sees_notes(request: HttpRequest) -> bool:
    """Whether the reader gets the notes for trainers."""
    return bool(request.user.is_authenticated and request.user.is_trainer)


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest, module_slug: str, page_slug: str) -> HttpResponse:
    """One page, with everything around it out of its module's outline: the reader, the page, the sandbox, a query each."""
    found = read_page(request.user, module_slug, page_slug)
    if found is None:
        raise Http404("There is no such page.")
    shown, module = found.page, found.page.module
    outline = module.outline
    index = next((number for number, item in enumerate(outline) if item["slug"] == shown.slug), 0)
    context = {
        "module": module,
        "page": shown,
        "html": shown.trainer_html if shown.trainer_html and sees_notes(request) else shown.html,
        "pages": outline,
        "done": found.done,
        "previous": outline[index - 1] if index else None,
        "next": outline[index + 1] if index + 1 < len(outline) else None,
        "best": found.best,
        "purpose": module.slug,
        "state_json": sandbox.state(owner=request.user, module=module.slug),
        "endpoints_json": endpoints(module),
        # The page's script asks for the state of the lab by itself, so that drawing the page costs nothing more.
        "lab": shown.lab if runblocks.STEP_PLACE in shown.html else "",
        "nav": "modules",
        "reloads": settings.DEBUG,
    }
    return render(request, "curriculum/page.html", context)


def endpoints(module: Module) -> dict[str, str]:
    """The addresses that the workbench uses."""
    return {
        "start": reverse("sandbox_start", args=[module.slug]),
        "socket": f"/ws/sandbox/{module.slug}/",
        "sandboxes": "/sandboxes/",
        "terminals": "/terminals/",
        "terminalSocket": "/ws/terminals/",
    }


@require_safe
def print_module(request: HttpRequest, module_slug: str) -> HttpResponse:
    """All pages of a module as one, to print or to keep."""
    module = get_object_or_404(Module, slug=module_slug)
    pages = list(module.pages.defer("sections", "text"))
    return render(request, "curriculum/print.html", {"module": module, "pages": pages, "notes": sees_notes(request)})


@require_safe
@cache_control(public=True, max_age=_YEAR, immutable=True)
def picture(request: HttpRequest, module_slug: str, name: str) -> HttpResponse:
    """A picture of a module. Its address changes with its content."""
    found = get_object_or_404(Picture, module__slug=module_slug, name=name)
    response = HttpResponse(bytes(found.content), content_type=found.content_type)
    # Opened by itself, an SVG is a document: it must not run anything in our name.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response._csp_exempt = True  # type: ignore[attr-defined]
    return response


@json_view("POST")
def start_sandbox(request: HttpRequest, module_slug: str) -> HttpResponse:
    """Start one's own sandbox for a module, or find the one that is there."""
    module = get_object_or_404(Module, slug=module_slug, withdrawn=False)
    assert request.user.is_authenticated
    state, created = sandbox.start(owner=request.user, module=module.slug)
    return JsonResponse(state, status=201 if created else 200)


@json_view("POST")
def mark_done(request: HttpRequest, module_slug: str, page_slug: str) -> HttpResponse:
    """Mark a page as done, or with ``done=false`` take that back."""
    shown = get_object_or_404(Page.objects.select_related("module"), module__slug=module_slug, slug=page_slug)
    done = fields(request).get("done", "true") != "false"
    assert request.user.is_authenticated
    progress.set_done(person=request.user, page=shown, done=done)
    return JsonResponse({"done": done, "pages": sorted(done_pages(request.user, shown.module))})


@json_view("POST")
def open_page(request: HttpRequest, module_slug: str, page_slug: str) -> HttpResponse:
    """Note that the reader has the page before them; the page says so itself once it is shown."""
    shown = get_object_or_404(Page.objects.only("pk"), module__slug=module_slug, slug=page_slug)
    assert request.user.is_authenticated
    progress.open_page(person=request.user, page=shown)
    return JsonResponse({"opened": True})
