"""JSON over HTTP for pages: one decorator that turns every expected failure into the same shape.

``{"error": {"code": "quota", "message": "a sentence", "retryable": false}}``
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from sandboxes.errors import SandboxError

_STATUS = {"quota": 409, "not-ready": 409, "engine-down": 503}
_BODY_LIMIT = 64 * 1024


class BadRequest(Exception):
    """The request's body cannot be understood; the text says why."""


def error(status: int, code: str, message: str, *, retryable: bool = False) -> JsonResponse:
    """An error in our one shape."""
    return JsonResponse({"error": {"code": code, "message": message, "retryable": retryable}}, status=status)


def json_view(method: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view for one method and signed-in people, whose expected failures become JSON."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != method:
                response = error(405, "method", f"Use {method} here.")
                response["Allow"] = method
                return response
            if not request.user.is_authenticated:
                return error(401, "signed-out", "Sign in first; your work is kept.")
            try:
                return view(request, *args, **kwargs)
            except Http404 as missing:
                return error(404, "not-found", str(missing))
            except BadRequest as bad:
                return error(400, "bad-request", str(bad))
            except SandboxError as failed:
                return error(_STATUS.get(failed.reason, 400), failed.reason, failed.message, retryable=failed.retryable)

        return wrapper

    return decorate


def fields(request: HttpRequest) -> dict[str, str]:
    """The request's fields, from a JSON object or a form; every value a text. Raises BadRequest."""
    if request.content_type != "application/json":
        return {name: str(value) for name, value in request.POST.items()}
    if len(request.body) > _BODY_LIMIT:
        raise BadRequest("The request is too large.")
    try:
        data = json.loads(request.body or b"{}")
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise BadRequest("The body must be a JSON object whose values are texts.")
    return data
