"""The WebSocket of a terminal, as a plain ASGI callable.

Not a Channels consumer: its dispatch goes through a thread for every frame, which doubles the cost of a keystroke and
makes it wait for whatever the database is doing. Access, order and closing are here; the bytes are in session.py.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sandboxes import access
from sandboxes.access import Refused, TerminalTarget
from sandboxes.origin import origin_allowed
from sandboxes.terminal import protocol
from sandboxes.terminal.protocol import BadFrame, Close
from sandboxes.terminal.session import Receive, Send, TerminalSession

logger = logging.getLogger(__name__)

OpenTerminal = Callable[[object, UUID, str | None], Awaitable[TerminalTarget]]


class TerminalEndpoint:
    """``/ws/terminals/<uuid>/?viewer=TOKEN&cols=C&rows=R``, inside Channels' session and auth middleware.

    Every connection is accepted first and closed with a code of its own when it may not be: a browser that is refused
    before that learns nothing. ``open_terminal`` decides who gets what; it raises Refused.
    """

    def __init__(self, open_terminal: OpenTerminal = access.open_terminal) -> None:
        self._open_terminal = open_terminal

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection."""
        await receive()
        offered = protocol.SUBPROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": protocol.SUBPROTOCOL if offered else None})
        try:
            await self._serve(scope, receive, send)
        except BadFrame as error:
            await _close(send, Refused(Close.BAD_FRAME, str(error)))
        except Refused as refusal:
            await _close(send, refusal)
        except OSError:
            # The client is gone, and the server says so when it is sent something (uvicorn's ClientDisconnected).
            logger.debug("A viewer left while bytes were on their way")

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if not origin_allowed(scope):
            raise Refused(Close.FORBIDDEN, "This page does not belong to Drydock.")
        if protocol.SUBPROTOCOL not in scope.get("subprotocols", ()):
            raise BadFrame(f"Ask for the subprotocol {protocol.SUBPROTOCOL}.")
        user = scope.get("user")
        session_key = getattr(scope.get("session"), "session_key", None)
        terminal_id: UUID = scope["url_route"]["kwargs"]["terminal_id"]

        async def check() -> TerminalTarget:
            return await self._open_terminal(user, terminal_id, session_key)

        target = await check()
        viewer = protocol.parse_query(scope["query_string"])
        await TerminalSession(target, viewer, receive, send, check).run()


async def _close(send: Send, refusal: Refused) -> None:
    code = int(refusal.code)
    # The client may have left by now, which is what was wanted.
    with contextlib.suppress(OSError):
        await send({"type": "websocket.send", "text": protocol.refused(code, refusal.sentence, refusal.retry)})
        await send({"type": "websocket.close", "code": code, "reason": protocol.reason(refusal.sentence)})


terminal_endpoint = TerminalEndpoint()
