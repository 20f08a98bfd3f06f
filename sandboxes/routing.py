"""WebSocket addresses. A process of role ``web`` has no engine, so no terminals either."""

from typing import Any, cast

from django.conf import settings
from django.urls import path

from sandboxes.consumers import StateConsumer

websocket_urlpatterns: list[Any] = [path("ws/sandbox/<slug:purpose>/", StateConsumer.as_asgi())]

if settings.ROLE != "web":
    from sandboxes.terminal.endpoint import terminal_endpoint

    websocket_urlpatterns.append(path("ws/terminals/<uuid:terminal_id>/", cast("Any", terminal_endpoint)))
