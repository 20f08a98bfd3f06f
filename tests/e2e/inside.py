"""Run as a program with the product's environment: answers a test's questions about its rows.

One JSON line in, ``{"name": …, "arguments": {…}}``, one line out: ``{"value": …}`` or ``{"error": …}``.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "workshop.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402

from labs.models import LabRun, StepProgress  # noqa: E402
from sandboxes import naming, queue, services  # noqa: E402
from sandboxes.models import Engine, Sandbox  # noqa: E402
from sandboxes.states import ENDED, LIVE, OCCUPYING, State  # noqa: E402
from workshop.accounts.models import Role, User  # noqa: E402

CAST = {"alice": Role.TRAINER, "bob": Role.LEARNER, "carol": Role.LEARNER, "dave": Role.ADMIN}


def address(person: str) -> str:
    """A person's e-mail address."""
    return f"{person}@example.org"


def installation() -> str:
    """What its containers are labelled with."""
    return str(settings.INSTALLATION)


def people(password: str) -> None:
    """Make the cast."""
    for name, role in CAST.items():
        User.objects.create_user(address(name), password, name=name.title(), role=role)


def _newest(person: str) -> Sandbox | None:
    return Sandbox.objects.filter(owner__email=address(person)).order_by("-created_at").first()


def sandbox(person: str) -> dict[str, Any]:
    """The newest sandbox of a person."""
    row = _newest(person)
    if row is None:
        return {"id": "", "state": "", "step": "", "container": "", "network": "", "volume": "", "attempts": 0}
    return {
        "id": str(row.id),
        "state": row.state,
        "step": row.step,
        "attempts": row.attempts,
        "container": naming.container_name(row.id, 1),
        "network": naming.resource_name(row.id),
        "volume": naming.volume_name(row.id, 1),
    }


def wait_for_step(person: str, step: str, seconds: float) -> str:
    """Look at the row until it is at the step, or past it. Returns the step, or the state where that is no longer preparing."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        row = _newest(person)
        if row is not None and row.state == State.PREPARING and row.step == step:
            return row.step
        if row is not None and row.state not in {State.WAITING, State.PREPARING}:
            return row.state
        time.sleep(0.002)
    raise TimeoutError(f"{person} never came to {step}")


def pass_deadline(person: str) -> None:
    """The person's time was over a moment ago."""
    Sandbox.objects.filter(owner__email=address(person), state__in=LIVE).update(deadline=timezone.now() - timedelta(seconds=1))


def end_lease(person: str) -> None:
    """The worker that prepares the person's sandbox has been silent for as long as it may."""
    Sandbox.objects.filter(owner__email=address(person), lease__isnull=False).update(lease_until=timezone.now())


def set_capacity(instances: int) -> None:
    """How many instances the engine takes."""
    Engine.objects.update(capacity=instances)


def sweep() -> None:
    """Do not wait for beat's next turn: the worker compares engine and rows now."""
    queue.later("sandboxes.sweep")


def end_all() -> None:
    """End every sandbox of everybody."""
    for user in User.objects.all():
        services.end_all(owner_id=user.pk, message="The test is over.")


def busy() -> int:
    """How many sandboxes are not over."""
    return Sandbox.objects.filter(state__in=[State.WAITING, *OCCUPYING]).count()


def forget() -> None:
    """Delete what is over, so that everybody is as new."""
    Sandbox.objects.filter(state__in=ENDED).delete()
    LabRun.objects.all().delete()
    StepProgress.objects.all().delete()


def error_page(status: str) -> str:
    """The page for an error that a test cannot bring about; as for a stranger."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return render_to_string(f"{status}.html", request=request if status != "500" else None)


QUESTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        installation,
        people,
        sandbox,
        wait_for_step,
        pass_deadline,
        end_lease,
        set_capacity,
        sweep,
        end_all,
        busy,
        forget,
        error_page,
    )
}


def answer(line: str) -> dict[str, Any]:
    """Call what the line names."""
    question = json.loads(line)
    try:
        return {"value": QUESTIONS[question["name"]](**question["arguments"])}
    except Exception as error:  # noqa: BLE001 - the test that asked is told, whatever it is
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for asked in sys.stdin:
        sys.stdout.write(json.dumps(answer(asked)) + "\n")
        sys.stdout.flush()
