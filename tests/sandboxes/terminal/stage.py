"""The rows behind the terminal tests, in a process with its own database: one JSON command a line, one JSON answer a line.

The server under test runs by itself, as in production, so pytest-django's database, which only lives inside the test
process, is of no use to it.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402

from sandboxes import engines, lifecycle, naming, services, terminals  # noqa: E402
from sandboxes.models import Sandbox, Terminal  # noqa: E402
from workshop.accounts.models import User  # noqa: E402


def sign_in(name: str) -> dict[str, Any]:
    """A browser session of a person, made where there is none of that name."""
    email = f"{name}@example.org"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, "correct horse battery", name=name)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"session": session.session_key}


def sign_out(session: str) -> dict[str, Any]:
    """Delete a session, and say so as a sign-out in the browser does."""
    store = SessionStore(session)
    owner = int(store[SESSION_KEY])
    store.flush()
    services.check_access_again(owner_id=owner)
    return {}


def sandbox(name: str) -> dict[str, Any]:
    """A ready sandbox of the person, provisioned here and now."""
    engine = engines.default_engine()
    engines.check(engine=engine)
    row, _ = services.request(owner=User.objects.get(email=f"{name}@example.org"), purpose="terminal-tests")
    lifecycle.admit(engine_id=engine.pk)
    lifecycle.provision(sandbox_id=row.pk)
    row.refresh_from_db()
    return {"id": str(row.pk), "state": row.state, "message": row.message, "container": naming.container_name(row.pk, 1)}


def terminal(sandbox: str) -> dict[str, Any]:
    """One more terminal in the sandbox."""
    row = terminals.open_terminal(sandbox=Sandbox.objects.get(pk=sandbox))
    return {"id": str(row.pk), "session": row.session}


def close(terminal: str) -> dict[str, Any]:
    """Close a terminal, and do at once what the worker would."""
    row = Terminal.objects.select_related("instance__sandbox").get(pk=terminal)
    terminals.close(terminal=row)
    terminals.end_shell(terminal_id=row.pk)
    return {}


def stop(sandbox: str) -> dict[str, Any]:
    """Stop the sandbox, and leave its removal to ``destroy``."""
    return {"stopped": services.stop(sandbox=Sandbox.objects.get(pk=sandbox))}


def destroy(sandbox: str) -> dict[str, Any]:
    """Remove it from the engine."""
    services.stop(sandbox=Sandbox.objects.get(pk=sandbox))
    lifecycle.destroy(sandbox_id=Sandbox.objects.get(pk=sandbox).pk)
    return {"state": Sandbox.objects.get(pk=sandbox).state}


def main() -> None:
    """Obey until the input ends."""
    call_command("migrate", verbosity=0)
    commands = {f.__name__: f for f in (sign_in, sign_out, sandbox, terminal, close, stop, destroy)}
    for line in sys.stdin:
        name, arguments = json.loads(line)
        sys.stdout.write(f"STAGE {json.dumps(commands[name](**arguments))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
