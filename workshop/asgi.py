"""The ASGI application: Django for pages, Channels' routing for WebSockets."""

import os
import warnings

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workshop.settings")

# WhiteNoise's files are sent as a whole, which is what we want of them: each is small and cached for ever.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

# Before anything that imports models: this call loads the applications.
pages = get_asgi_application()

from workshop.routing import websocket_urlpatterns  # noqa: E402 -- needs the applications loaded

application = ProtocolTypeRouter({"http": pages, "websocket": AuthMiddlewareStack(URLRouter(websocket_urlpatterns))})
