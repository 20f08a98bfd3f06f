"""What happens elsewhere when a person signs out."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from labs.sandbox import check_access_again


@receiver(user_logged_out)
def leave_terminals(request: HttpRequest, user: Any, **_: Any) -> None:
    """Let open pages and terminals find at once that their session has ended."""
    if user is not None:
        # Django ends the session only after this signal; whoever checks now must not find it any more.
        request.session.flush()
        check_access_again(owner_id=user.pk)
