"""The Celery application: the worker that reaches the engine, and beat that keeps time."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import after_setup_logger

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workshop.settings")

app = Celery("drydock")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["sandboxes", "labs"])


@after_setup_logger.connect
def quieten(**_: Any) -> None:
    """Leave out the lines that beat's short turns would write every few seconds; what tasks do, they log."""
    for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat"):
        logging.getLogger(name).setLevel(logging.WARNING)
