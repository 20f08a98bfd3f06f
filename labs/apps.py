"""Hands-on."""

from django.apps import AppConfig


class LabsConfig(AppConfig):
    """What a learner does on a page: run blocks, and the sandbox that they run in."""

    name = "labs"
