"""Terminals as rows: opened, renamed, closed. The bytes take another way (sandboxes.terminal)."""

import itertools
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandboxes import engines, naming, queue
from sandboxes.errors import NotReady, QuotaReached
from sandboxes.models import Instance, Sandbox, Terminal
from sandboxes.news import announce
from sandboxes.states import State

TITLE_LENGTH = 40


def open_terminal(*, sandbox: Sandbox, instance: str = "") -> Terminal:
    """Add a terminal to a live sandbox, in the instance of that name or the first.

    Raises NotReady where the sandbox is over or has no such instance, QuotaReached at the limit.
    """
    with transaction.atomic():
        locked = Sandbox.objects.select_for_update().get(pk=sandbox.pk)
        if not locked.is_live:
            raise NotReady("This sandbox is over. Start a new one to open a terminal.")
        names = {item.name: item for item in locked.instances.all()}
        chosen = names.get(instance or "node1")
        if chosen is None:
            raise NotReady(f"There is no instance called {instance} in this sandbox.")
        used = list(Terminal.objects.filter(instance__sandbox=locked, closed_at=None).values_list("title", flat=True))
        if len(used) >= settings.TERMINAL_LIMIT:
            raise QuotaReached(f"{settings.TERMINAL_LIMIT} terminals are open, which is the most. Close one first.")
        title = next(name for name in (f"Terminal {i}" for i in itertools.count(1)) if name not in used)
        terminal = Terminal.objects.create(instance=chosen, title=title)
        announce(owner_id=locked.owner_id, sandbox_id=locked.id)
    return terminal


def rename(*, terminal: Terminal, title: str) -> None:
    """Give the terminal another title, 1 to 40 characters. Raises NotReady where it is not one."""
    title = " ".join(title.split())
    if not 0 < len(title) <= TITLE_LENGTH:
        raise NotReady(f"A title has 1 to {TITLE_LENGTH} characters.")
    Terminal.objects.filter(pk=terminal.pk).update(title=title)
    terminal.title = title
    _announce(terminal)


def close(*, terminal: Terminal) -> None:
    """Close the terminal and end its shell. Closing twice is closing once."""
    if Terminal.objects.filter(pk=terminal.pk, closed_at=None).update(closed_at=timezone.now()):
        _announce(terminal, kind="terminal.closed")
        queue.later("sandboxes.end_shell", str(terminal.pk))


def end_shell(*, terminal_id: UUID) -> None:
    """End the tmux session of a terminal, where its sandbox still runs."""
    terminal = Terminal.objects.select_related("instance__sandbox__engine").get(pk=terminal_id)
    sandbox = terminal.instance.sandbox
    if sandbox.state == State.READY:
        container = naming.container_name(sandbox.id, terminal.instance.number)
        engines.backend_for(sandbox.engine).run(container, ["/usr/lib/drydock/terminal", "close", terminal.session])


def first_terminal(instance: Instance) -> Terminal:
    """The terminal that an instance of a new sandbox comes with."""
    return Terminal.objects.create(instance=instance, title=f"Terminal {instance.number}")


def _announce(terminal: Terminal, kind: str = "access.changed") -> None:
    sandbox = terminal.instance.sandbox
    announce(owner_id=sandbox.owner_id, sandbox_id=sandbox.id, kind=kind)
