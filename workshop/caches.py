"""Copies of sessions in Redis, which spare each request a query and decide nothing."""

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LONGEST = 60
"""Seconds that a copy lives.

The database decides who is signed in. Signing out deletes row and copy; where Redis cannot be reached just then, or somebody
deletes the rows to sign everybody out, the copies are gone after this at the latest.
"""


class SessionCache(RedisCache):
    """A cache whose outage means that nothing is found in it: then the database is asked."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value; the default where there is none, or no Redis."""
        try:
            return super().get(key, default, version)
        except (RedisError, OSError) as error:
            return _without(error, default)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether there is a value."""
        try:
            return bool(super().has_key(key, version))
        except (RedisError, OSError) as error:
            return bool(_without(error, False))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value, for as long as is asked and no longer than LONGEST."""
        seconds = LONGEST if timeout is None or timeout is DEFAULT_TIMEOUT else min(timeout, LONGEST)
        try:
            super().set(key, value, seconds, version)
        except (RedisError, OSError) as error:
            _without(error, None)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget a value; where that does not work it forgets itself after LONGEST."""
        try:
            return bool(super().delete(key, version))
        except (RedisError, OSError) as error:
            return bool(_without(error, False))


def _without(error: Exception, answer: Any) -> Any:
    logger.info("No cache of sessions (%s); the database is asked", error)
    return answer
