"""JSON over HTTP for pages: one decorator that turns every expected failure into the same shape.

``{"error": {"code": "quota", "message": "a sentence", "retryable": false}}``
"""

import json
from collections.abc import Callable, Coroutine
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
            if refusal := _refusal(request, method, request.user):
                return refusal
            try:
                return view(request, *args, **kwargs)
            except _EXPECTED as failure:
                return _failed(failure)

        return wrapper

    return decorate


AsyncView = Callable[..., Coroutine[Any, Any, HttpResponse]]


def async_json_view(method: str) -> Callable[[AsyncView], AsyncView]:
    """The same for a view that waits for an engine: it holds no thread meanwhile. It gets ``request.user`` ready to use."""

    def decorate(view: AsyncView) -> AsyncView:
        @wraps(view)
        async def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.user = await request.auser()
            if refusal := _refusal(request, method, request.user):
                return refusal
            try:
                return await view(request, *args, **kwargs)
            except _EXPECTED as failure:
                return _failed(failure)

        return wrapper

    return decorate


_EXPECTED = (Http404, BadRequest, SandboxError)


def _refusal(request: HttpRequest, method: str, user: Any) -> HttpResponse | None:
    if request.method != method:
        response = error(405, "method", f"Use {method} here.")
        response["Allow"] = method
        return response
    if not user.is_authenticated:
        return error(401, "signed-out", "Sign in first; your work is kept.")
    return None


def _failed(failure: Exception) -> JsonResponse:
    if isinstance(failure, SandboxError):
        return error(_STATUS.get(failure.reason, 400), failure.reason, failure.message, retryable=failure.retryable)
    if isinstance(failure, Http404):
        return error(404, "not-found", str(failure))
    return error(400, "bad-request", str(failure))


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
