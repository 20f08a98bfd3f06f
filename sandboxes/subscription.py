"""Listening to a channel group without depending on Redis: an outage delays news and ends nothing."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RETRY_AFTER = 2.0
"""Seconds between two attempts to subscribe."""

QUEUE_LENGTH = 32


@contextlib.asynccontextmanager
async def subscribe(group: str) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
    """A queue of the group's messages. After each (re)subscription it gets ``{"type": "subscribed"}``.

    The queue never blocks its sender: where the reader is behind, the oldest message is dropped, which
    is harmless because a message says only that something changed.
    """
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(QUEUE_LENGTH)
    task = asyncio.create_task(_listen(group, queue))
    try:
        yield queue
    finally:
        # Again and again: the Redis client swallows a cancellation that comes while it is connecting.
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.1)


async def _listen(group: str, queue: asyncio.Queue[dict[str, Any]]) -> None:
    while True:
        try:
            await _listen_once(group, queue)
        except (RedisError, OSError) as error:
            logger.info("No subscription to %s (%s); trying again", group, error)
            await asyncio.sleep(RETRY_AFTER)


async def _listen_once(group: str, queue: asyncio.Queue[dict[str, Any]]) -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    try:
        await layer.group_add(group, channel)
        _put(queue, {"type": "subscribed"})
        while True:
            _put(queue, await layer.receive(channel))
    finally:
        with contextlib.suppress(RedisError, OSError):
            await layer.group_discard(group, channel)


def _put(queue: asyncio.Queue[dict[str, Any]], message: dict[str, Any]) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(message)
