"""What of allauth differs here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an admin, not by whoever comes along."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: a sandbox is a piece of the admin's machine."""
        return False
