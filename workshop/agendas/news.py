"""Telling everybody who has an agenda open that it has changed."""

import logging
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def group(agenda_id: UUID) -> str:
    """The channel group of an agenda."""
    return f"agendas.{agenda_id.hex}"


def announce(*, agenda_id: UUID) -> None:
    """Say that there is a newer version, once it has been committed; whoever hears it reads the row."""
    transaction.on_commit(lambda: _send(agenda_id, {"type": "agenda.changed"}))


def _send(agenda_id: UUID, message: dict[str, object]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group(agenda_id), message)
    except (RedisError, OSError) as error:
        logger.warning("No news of agenda %s: Redis does not answer (%s). Builders look again by themselves.", agenda_id, error)
