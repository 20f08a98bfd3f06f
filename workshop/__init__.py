"""The site: settings, people, the curriculum, and what trainers build out of it."""

from workshop.celery import app as celery_app

__all__ = ["celery_app"]
