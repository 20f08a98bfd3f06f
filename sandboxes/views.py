"""HTTP for sandboxes and terminals: fetch through the access helper, call one rule, describe."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from sandboxes import services, terminals
from sandboxes.access import sandbox_for, terminal_for
from sandboxes.api import fields, json_view
from sandboxes.snapshot import describe_terminal, snapshot


@json_view("GET")
def state(request: HttpRequest, sandbox_id: UUID) -> HttpResponse:
    """The state of one's own sandbox."""
    return JsonResponse(snapshot(sandbox_for(request.user, sandbox_id)))


@json_view("POST")
def stop(request: HttpRequest, sandbox_id: UUID) -> HttpResponse:
    """Stop one's own sandbox at once."""
    sandbox = sandbox_for(request.user, sandbox_id)
    services.stop(sandbox=sandbox)
    sandbox.refresh_from_db()
    return JsonResponse(snapshot(sandbox), status=202)


@json_view("POST")
def add_terminal(request: HttpRequest, sandbox_id: UUID) -> HttpResponse:
    """Open another terminal."""
    sandbox = sandbox_for(request.user, sandbox_id)
    terminal = terminals.open_terminal(sandbox=sandbox, instance=fields(request).get("instance", ""))
    return JsonResponse(describe_terminal(terminal), status=201)


@json_view("POST")
def rename_terminal(request: HttpRequest, terminal_id: UUID) -> HttpResponse:
    """Give a terminal another title."""
    terminal = terminal_for(request.user, terminal_id)
    terminals.rename(terminal=terminal, title=fields(request).get("title", ""))
    return JsonResponse(describe_terminal(terminal))


@json_view("POST")
def close_terminal(request: HttpRequest, terminal_id: UUID) -> HttpResponse:
    """Close a terminal and end its shell."""
    terminal = terminal_for(request.user, terminal_id)
    terminals.close(terminal=terminal)
    return JsonResponse(describe_terminal(terminal))
