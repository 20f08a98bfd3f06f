"""A module as slides."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from labs import sandbox
from workshop.curriculum.models import Module
from workshop.curriculum.views.pages import endpoints


@require_safe
@login_required
@ensure_csrf_cookie
def present(request: HttpRequest, module_slug: str) -> HttpResponse:
    """All pages of a module as slides, a section each, with the notes; for trainers.

    ``?speaker`` is the window that the room does not see: notes, the next slide, the time.
    """
    assert request.user.is_authenticated
    if not request.user.is_trainer:
        raise Http404("Slides are for trainers.")
    module = get_object_or_404(Module, slug=module_slug)
    context = {
        "module": module,
        "pages": list(module.pages.only("slug", "title", "minutes", "kind", "extra", "sections", "quiz", "module_id")),
        "purpose": module.slug,
        "state_json": sandbox.state(owner=request.user, module=module.slug),
        "endpoints_json": endpoints(module),
    }
    return render(request, "curriculum/speaker.html" if "speaker" in request.GET else "curriculum/present.html", context)
