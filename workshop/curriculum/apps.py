"""The curriculum."""

from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    """Modules and their pages."""

    name = "workshop.curriculum"
    label = "curriculum"
