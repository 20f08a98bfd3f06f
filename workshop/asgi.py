"""The ASGI application: Django for pages, Channels' routing for WebSockets."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workshop.settings")

# Before anything that imports models: this call loads the applications.
pages = get_asgi_application()

from sandboxes.routing import websocket_urlpatterns  # noqa: E402 -- needs the applications loaded

application = ProtocolTypeRouter({"http": pages, "websocket": AuthMiddlewareStack(URLRouter(websocket_urlpatterns))})
