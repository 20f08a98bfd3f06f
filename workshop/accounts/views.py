"""Pages about oneself."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is here, and where to change the password."""
    return render(request, "accounts/profile.html")
