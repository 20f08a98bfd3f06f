"""The states of a sandbox and the moves between them.

    waiting ──► preparing ──► ready ──► stopping ──► stopped | expired | failed | lost
       │            │                      ▲
       └────────────┴──────────────────────┘

``stopping`` is the only way out: it removes everything from the engine. What the sandbox will
be called afterwards is already in its ``ending``. So there is one teardown, for every reason.
"""

from django.db.models import TextChoices


class State(TextChoices):
    """Where a sandbox is in its life."""

    WAITING = "waiting", "Waiting"
    PREPARING = "preparing", "Preparing"
    READY = "ready", "Ready"
    STOPPING = "stopping", "Stopping"
    STOPPED = "stopped", "Stopped"
    EXPIRED = "expired", "Expired"
    FAILED = "failed", "Failed"
    LOST = "lost", "Lost"


class Step(TextChoices):
    """What is under way while a sandbox is being prepared, in this order."""

    NETWORK = "network", "Network"
    DISK = "disk", "Disk"
    CONTAINER = "container", "Container"
    DOCKER = "docker", "Docker"


LIVE = (State.WAITING, State.PREPARING, State.READY)
"""A person has at most one of these for a purpose."""

OCCUPYING = (State.PREPARING, State.READY, State.STOPPING)
"""These use room on an engine."""

ENDED = (State.STOPPED, State.EXPIRED, State.FAILED, State.LOST)
"""Nothing of these is left on an engine."""
