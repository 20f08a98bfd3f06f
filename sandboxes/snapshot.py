"""What a browser is told of a sandbox: one shape for the page, the socket and the API."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from sandboxes.models import Sandbox, Terminal
from sandboxes.states import State
from sandboxes.terminals import open_in


def snapshot(sandbox: Sandbox | None) -> dict[str, Any]:
    """The state of a sandbox, as JSON-able data: ``{"type": "state", "now": …, "sandbox": {…} or None}``.

    Times are ISO 8601 in UTC; ``now`` is this server's, so that a browser can correct its own clock.
    """
    return {"type": "state", "now": _iso(timezone.now()), "sandbox": None if sandbox is None else _describe(sandbox)}


def _describe(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "id": str(sandbox.id),
        "purpose": sandbox.purpose,
        "state": sandbox.state,
        "ending": sandbox.ending,
        "position": _position(sandbox),
        "step": sandbox.step,
        "created_at": _iso(sandbox.created_at),
        "started_at": _iso(sandbox.started_at),
        "ready_at": _iso(sandbox.ready_at),
        "deadline": _iso(sandbox.deadline),
        "message": sandbox.message,
        "retryable": sandbox.retryable,
        "instances": [{"name": instance.name} for instance in sandbox.instances.all()],
        "terminals": [describe_terminal(terminal) for terminal in open_in(sandbox)],
    }


def describe_terminal(terminal: Terminal) -> dict[str, str]:
    """A terminal as the browser knows it."""
    return {"id": str(terminal.id), "title": terminal.title, "instance": terminal.instance.name}


def _position(sandbox: Sandbox) -> int | None:
    """Its place among those that wait for the same engine, from 1."""
    if sandbox.state != State.WAITING:
        return None
    waiting = Sandbox.objects.filter(engine_id=sandbox.engine_id, state=State.WAITING)
    return waiting.filter(created_at__lt=sandbox.created_at).count() + 1


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
