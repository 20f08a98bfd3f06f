"""What happens elsewhere when a person signs out."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from labs.sandbox import check_access_again


@receiver(user_logged_out)
def leave_terminals(user: Any, **_: Any) -> None:
    """Let open terminals check at once that their session has ended."""
    if user is not None:
        check_access_again(owner_id=user.pk)
