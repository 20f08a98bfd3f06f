"""A quiz: answered in the page, explained at once, kept."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from sandboxes.api import BadRequest, json_view
from workshop.curriculum.models import Page
from workshop.curriculum.progress import AnswersInvalid, take_quiz
from workshop.curriculum.queries import best_attempt


@json_view("POST")
def answer(request: HttpRequest, module_slug: str, page_slug: str) -> HttpResponse:
    """Score and keep one run: ``{"answers": [[0], [1, 2], …]}``."""
    page = get_object_or_404(Page.objects.exclude(quiz=[]), module__slug=module_slug, slug=page_slug)
    assert request.user.is_authenticated
    try:
        attempt = take_quiz(person=request.user, page=page, answers=_answers(request))
    except AnswersInvalid as invalid:
        raise BadRequest(str(invalid)) from invalid
    best = best_attempt(request.user, page)
    assert best is not None
    return JsonResponse({"score": attempt.score, "total": attempt.total, "best": best.score})


def _answers(request: HttpRequest) -> list[Any]:
    try:
        data = json.loads(request.body or b"{}")
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(data, dict) or not isinstance(data.get("answers"), list):
        raise BadRequest("The body must have a list called answers.")
    return list(data["answers"])
