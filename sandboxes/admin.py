"""Sandboxes in Django's admin: to look at, and to stop."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sandboxes import services
from sandboxes.models import Engine, Sandbox


@admin.register(Engine)
class EngineAdmin(admin.ModelAdmin[Engine]):
    """Engines and what they last said."""

    list_display = ["name", "healthy", "version", "capacity", "checked_at", "message"]
    readonly_fields = ["healthy", "message", "version", "image_id", "dns", "checked_at"]


@admin.register(Sandbox)
class SandboxAdmin(admin.ModelAdmin[Sandbox]):
    """Sandboxes are made and changed by the lifecycle alone, so everything here is read-only."""

    list_display = ["id", "owner", "purpose", "state", "created_at", "deadline", "message"]
    list_filter = ["state", "engine"]
    search_fields = ["owner__email", "purpose", "id"]
    list_select_related = ["owner", "engine"]
    actions = ["stop_now"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Sandbox | None = None) -> bool:
        """Never by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Sandbox | None = None) -> bool:
        """Never by hand: a row that goes while its container runs leaves the container behind."""
        return False

    @admin.action(description="Stop the chosen sandboxes", permissions=["view"])
    def stop_now(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> None:
        """Stop them and say how many."""
        stopped = sum(services.stop(sandbox=sandbox) for sandbox in queryset)
        self.message_user(request, f"{stopped} stopped.")
