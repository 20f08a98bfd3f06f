"""Work for the worker, enqueued once the transaction that asks for it has been committed."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def later(task: str, *args: str | int) -> None:
    """Enqueue a task by name.

    A broker that does not answer costs seconds, not the work: beat's ``recover`` and ``admit`` find the row.
    """
    transaction.on_commit(lambda: _send(task, *args))


def _send(task: str, *args: str | int) -> None:
    try:
        current_app.send_task(task, args=args)
    except (OperationalError, OSError) as error:
        logger.warning("%s is not enqueued: the broker does not answer (%s). It will be found by its row.", task, error)
