"""Pages for requests that go wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or sent from elsewhere: say what to do."""
    return render(request, "errors/csrf.html", status=403)
