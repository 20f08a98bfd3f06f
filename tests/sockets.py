"""A WebSocket client inside the process, for tests of sockets that need no network."""

import json
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.asgi import application


class Socket(ApplicationCommunicator):
    """One connection to the site's ASGI application."""

    async def json(self) -> Any:
        """The next text frame, as data."""
        message = await self.receive_output(10)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def send_text(self, text: str) -> None:
        """Send a text frame."""
        await self.send_input({"type": "websocket.receive", "text": text})

    async def close_code(self) -> int:
        """The code with which the server closes; text frames before it are passed over."""
        while (message := await self.receive_output(10))["type"] != "websocket.close":
            assert message["type"] == "websocket.send", message
        return int(message["code"])

    async def leave(self) -> None:
        """Close from this side."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(10)


async def connect(path: str, user: User | None, *, origin: str = "http://localhost", client: Client | None = None) -> Socket:
    """Open a socket as the user (or a stranger) would from a page of ``origin``; it has been accepted.

    ``client``: a browser in which the user has signed in already.
    """
    headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
    if user is not None:
        client = client or await sync_to_async(signed_in)(user)
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}".encode()))
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
    socket = Socket(application, scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(10))["type"] == "websocket.accept"
    return socket
