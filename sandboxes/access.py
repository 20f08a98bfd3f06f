"""Who may see and use what. The first line of every view and socket goes through here."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404

from sandboxes import naming
from sandboxes.models import Sandbox, Terminal
from sandboxes.news import sandbox_group
from sandboxes.states import State

NOT_SIGNED_IN = 4401
FORBIDDEN = 4403
NOT_FOUND = 4404
CLOSED = 4409
ENDED = 4410
NOT_READY = 4425


class Refused(Exception):
    """A terminal is not to be had: a WebSocket close code, a sentence, and whether waiting helps."""

    def __init__(self, code: int, sentence: str, *, retry: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.retry = retry


@dataclass(frozen=True, slots=True)
class TerminalTarget:
    """All that the byte path needs to know of a terminal."""

    terminal_id: UUID
    sandbox_id: UUID
    container: str
    engine_url: str
    session: str
    profile: str
    group: str


_OVER = {
    State.STOPPED: "This sandbox was stopped. Start a new one to go on.",
    State.EXPIRED: "The time of this sandbox is over. Start a new one to go on.",
    State.FAILED: "This sandbox could not be started. Try again.",
    State.LOST: "This sandbox is gone: its host was removed from outside. Start a new one to go on.",
}


def sandbox_for(user: object, sandbox_id: UUID) -> Sandbox:
    """The person's own sandbox. Raises Http404 for everybody else's, as for one that never was."""
    sandbox = Sandbox.objects.filter(pk=sandbox_id, owner_id=getattr(user, "pk", None)).first()
    if sandbox is None:
        raise Http404("There is no such sandbox.")
    return sandbox


def terminal_for(user: object, terminal_id: UUID) -> Terminal:
    """A terminal in the person's own sandbox. Raises Http404 for everybody else's."""
    terminals = Terminal.objects.select_related("instance__sandbox")
    terminal = terminals.filter(pk=terminal_id, instance__sandbox__owner_id=getattr(user, "pk", None)).first()
    if terminal is None:
        raise Http404("There is no such terminal.")
    return terminal


async def open_terminal(user: object, terminal_id: UUID, session_key: str | None = None) -> TerminalTarget:
    """Where the terminal's bytes are, for its owner alone; raises Refused. Call again to check again.

    With ``session_key`` the browser session must still be signed in as the user, so that signing out
    ends the terminals too.
    """
    if user is None or isinstance(user, AnonymousUser):
        raise Refused(NOT_SIGNED_IN, "Sign in to use this terminal.")
    if session_key is not None and not await signed_in(user, session_key):
        raise Refused(NOT_SIGNED_IN, "You have been signed out. Sign in again to go on; your shell keeps running.")
    owned = Terminal.objects.select_related("instance__sandbox__engine", "instance__sandbox__owner")
    terminal = await owned.filter(pk=terminal_id, instance__sandbox__owner_id=getattr(user, "pk", None)).afirst()
    if terminal is None:
        raise Refused(NOT_FOUND, "There is no such terminal, or it is not yours.")
    if not terminal.instance.sandbox.owner.is_active:
        raise Refused(NOT_SIGNED_IN, "This account has been closed.")
    return _target(terminal)


def _target(terminal: Terminal) -> TerminalTarget:
    sandbox = terminal.instance.sandbox
    if over := _OVER.get(State(sandbox.ending or sandbox.state)):
        raise Refused(ENDED, over)
    if terminal.closed_at is not None:
        raise Refused(CLOSED, "This terminal was closed.")
    if sandbox.state != State.READY:
        raise Refused(NOT_READY, "The sandbox is not ready yet.", retry=True)
    return target_of(terminal)


def target_of(terminal: Terminal) -> TerminalTarget:
    """Where a terminal's bytes are, whoever may have them; reads its instance, sandbox and engine."""
    sandbox = terminal.instance.sandbox
    return TerminalTarget(
        terminal_id=terminal.id,
        sandbox_id=sandbox.id,
        container=naming.container_name(sandbox.id, terminal.instance.number),
        engine_url=sandbox.engine.url,
        session=terminal.session,
        profile=settings.SANDBOX_PROFILE,
        group=sandbox_group(sandbox.id),
    )


async def signed_in(user: object, session_key: str) -> bool:
    """Whether the browser session still belongs to the user. Asks the database: copies of sessions may be a minute old."""
    return str(await SessionStore(session_key).aget(SESSION_KEY)) == str(getattr(user, "pk", None))
