"""Whether the parts that Drydock needs answer: for the supervisor, for monitoring, for people."""

from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from labs.sandbox import engine_health

Part = tuple[bool, str]


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return False, f"The database does not answer: {type(error).__name__}."
    return True, ""


def _redis() -> Part:
    try:
        cache.get("health")
        async_to_sync(get_channel_layer().group_send)("health", {"type": "health"})
    except (RedisError, OSError) as error:
        return False, f"Redis does not answer: {type(error).__name__}."
    return True, ""


def _engine() -> dict[str, Part]:
    try:
        return dict(engine_health())
    except DatabaseError:
        return {"worker": (False, "Unknown without the database."), "engine": (False, "Unknown without the database.")}


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 where all parts are fine, else 503; each part with a sentence where it is not."""
    checks: dict[str, Callable[[], Part]] = {"database": _database, "redis": _redis}
    parts = {name: check() for name, check in checks.items()} | _engine()
    ok = all(fine for fine, _ in parts.values())
    body = {name: {"ok": fine, "message": message} for name, (fine, message) in parts.items()}
    return JsonResponse({"ok": ok, **body}, status=200 if ok else 503)
