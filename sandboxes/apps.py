"""The application that touches Docker."""

from django.apps import AppConfig


class SandboxesConfig(AppConfig):
    """Engines, sandboxes, instances, terminals."""

    name = "sandboxes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the numbered system checks."""
        from sandboxes import checks  # noqa: F401, PLC0415 -- registers when applications are loaded
