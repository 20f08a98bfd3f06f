"""The site's own application."""

from django.apps import AppConfig


class WorkshopConfig(AppConfig):
    """Holds what belongs to the site as a whole."""

    name = "workshop"
