"""People."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, roles, sign-in."""

    name = "workshop.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Connect what signing out does to open terminals."""
        from workshop.accounts import signals  # noqa: F401, PLC0415 -- receivers register when applications are loaded
