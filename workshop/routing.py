"""WebSocket addresses of the whole site."""

from django.conf import settings
from django.urls import path

from sandboxes.routing import websocket_urlpatterns as sandbox_urlpatterns
from workshop.agendas.consumers import AgendaConsumer
from workshop.curriculum.watching import ContentConsumer

websocket_urlpatterns = [*sandbox_urlpatterns, path("ws/agendas/<uuid:agenda_id>/", AgendaConsumer.as_asgi())]

if settings.DEBUG:
    websocket_urlpatterns.append(path("ws/content/", ContentConsumer.as_asgi()))
