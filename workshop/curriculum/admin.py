"""The curriculum in Django's admin, to look at: it is changed in its files."""

from django.contrib import admin
from django.http import HttpRequest

from workshop.curriculum.models import Module


@admin.register(Module)
class ModuleAdmin(admin.ModelAdmin[Module]):
    """Modules, read-only."""

    list_display = ["title", "minutes", "level", "withdrawn"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """In the files."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Module | None = None) -> bool:
        """In the files."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Module | None = None) -> bool:
        """In the files."""
        return False
