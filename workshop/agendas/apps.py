"""Agendas."""

from django.apps import AppConfig


class AgendasConfig(AppConfig):
    """What trainers build out of modules."""

    name = "workshop.agendas"
    label = "agendas"
