"""What a browser is told of a sandbox: one shape for the page, the socket and the API."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, FilteredRelation, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from sandboxes.models import Instance, Sandbox, Terminal
from sandboxes.states import LIVE, State


def snapshot(sandbox: Sandbox | None) -> dict[str, Any]:
    """The state of a sandbox, as JSON-able data: ``{"type": "state", "now": …, "sandbox": {…} or None}``.

    Times are ISO 8601 in UTC; ``now`` is this server's, so that a browser can correct its own clock. One query.
    """
    return newest(Sandbox.objects.none() if sandbox is None else Sandbox.objects.filter(pk=sandbox.pk))


def newest(sandboxes: "QuerySet[Sandbox]") -> dict[str, Any]:
    """The state of the newest of these sandboxes (see ``snapshot``): the row, its place in the queue and its terminals, in one query."""
    found = list(
        Sandbox.objects.filter(pk__in=sandboxes.order_by("-created_at").values("pk")[:1])
        # A new one for each query: Django writes into it.
        .annotate(position=_POSITION, shell=FilteredRelation("instances__terminals", condition=Q(instances__terminals__closed_at=None)))
        .values(*_FIELDS, "position", "instances__number", "shell__id", "shell__title")
        .order_by("instances__number", "shell__created_at", "shell__id")
    )
    return {"type": "state", "now": _iso(timezone.now()), "sandbox": _describe(found) if found else None}


_FIELDS = ("id", "purpose", "state", "ending", "step", "created_at", "started_at", "ready_at", "deadline", "message", "retryable")
# Among those that wait for the same engine, from 1.
_EARLIER = Sandbox.objects.filter(engine_id=OuterRef("engine_id"), state=State.WAITING, created_at__lt=OuterRef("created_at"))
_POSITION = Case(
    When(state=State.WAITING, then=Coalesce(Subquery(_EARLIER.order_by().values("engine_id").annotate(n=Count("pk")).values("n")), 0) + 1)
)


def _describe(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Out of one row for each terminal that is open, or for each instance that has none."""
    first = rows[0]
    plain = {name: _iso(value) if isinstance(value := first[name], datetime) else value for name in (*_FIELDS, "position")}
    numbers = dict.fromkeys(row["instances__number"] for row in rows if row["instances__number"] is not None)
    terminals = [
        {"id": str(row["shell__id"]), "title": row["shell__title"], "instance": Instance(number=row["instances__number"]).name}
        for row in rows
        if row["shell__id"] is not None and first["state"] in LIVE
    ]
    instances = [{"name": Instance(number=number).name} for number in numbers]
    return {**plain, "id": str(first["id"]), "instances": instances, "terminals": terminals}


def describe_terminal(terminal: Terminal) -> dict[str, str]:
    """A terminal as the browser knows it."""
    return {"id": str(terminal.id), "title": terminal.title, "instance": terminal.instance.name}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
