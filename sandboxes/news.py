"""News for the browsers: a message to a channel group says that something changed, never what.

Whoever receives it reads the row. So a lost message costs a few seconds (pages look again by
themselves) and can never show a wrong state.
"""

import logging
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def owner_group(owner_id: int) -> str:
    """The group of all pages of a person."""
    return f"sandboxes.owner.{owner_id}"


def sandbox_group(sandbox_id: UUID) -> str:
    """The group of all terminals of a sandbox."""
    return f"sandboxes.sandbox.{sandbox_id.hex}"


def announce(*, owner_id: int, sandbox_id: UUID, kind: str = "access.changed") -> None:
    """Tell the owner's pages and the sandbox's terminals, once the transaction has been committed.

    ``kind`` is for the terminals: access.changed, sandbox.ended or terminal.closed.
    """
    transaction.on_commit(lambda: _send(owner_id, sandbox_id, kind))


def _send(owner_id: int, sandbox_id: UUID, kind: str) -> None:
    layer = get_channel_layer()
    send = async_to_sync(layer.group_send)
    try:
        send(owner_group(owner_id), {"type": "sandbox.changed"})
        send(sandbox_group(sandbox_id), {"type": kind})
    except (RedisError, OSError) as error:
        logger.warning("No news of sandbox %s: Redis does not answer (%s). Pages look again by themselves.", sandbox_id, error)
