"""Run as a program: pages drawn inside one process, with few and with many modules in the database; and the planner.

Prints one JSON line: ``{"pages": {name: {"11": [ms…], "40": […], "500": […], "queries": {"11": 3, …}}}, "planner": {"10": [ms…], …}}``.
With 40 modules every page shows as many as it ever does. Times are CPU time of the process that draws. It has a database of its
own, so nothing of an installation is touched.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
from django.core.management import call_command

MODULES = (11, 40, 500)
ROUNDS = 3
TIMES = 15
PLANS = 15
CATALOGUES = (10, 30, 60)
TEXT = "Words about containers, images and volumes. " * 100
MS = 1000


def main() -> None:
    """Measure, print."""
    with tempfile.TemporaryDirectory(prefix="drydock-renders-") as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "workshop.settings"
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        # Copies of sessions stand in Redis under a key that depends on the secret.
        os.environ["DRYDOCK_SECRET_KEY"] = uuid4().hex
        os.environ["DRYDOCK_VAR"] = folder
        (Path(folder) / "static").mkdir()
        os.environ["DRYDOCK_ALLOWED_HOSTS"] = "testserver"
        os.environ["DRYDOCK_LOG_LEVEL"] = "WARNING"
        django.setup()
        from django.conf import settings  # noqa: PLC0415 - after the environment

        # Static files are not collected here; that changes addresses, not the work of drawing a page.
        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        call_command("migrate", verbosity=0)
        call_command("loadcontent", verbosity=0, stdout=sys.stderr)
        print(json.dumps({"pages": _pages(), "planner": _planner()}))


def _pages() -> dict[str, Any]:
    """Few and many take turns, so that both see the same machine."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client()
    addresses = _addresses(client)
    found: dict[str, Any] = {name: {**{str(number): [] for number in MODULES}, "queries": {}} for name in addresses}
    for _ in range(ROUNDS):
        for number in MODULES:
            _add_modules(number)
            for name, address in addresses.items():
                client.get(address)
                with CaptureQueriesContext(connection) as queries:
                    client.get(address)
                found[name]["queries"][str(number)] = len(queries)
                found[name][str(number)] += [_time(lambda: client.get(address).status_code) for _ in range(TIMES)]  # noqa: B023 - called before the next turn
        _remove_modules()
    return found


def _time(call: Callable[[], int]) -> float:
    started = time.process_time()
    status = call()
    taken = MS * (time.process_time() - started)
    assert status == 200
    return taken


def _addresses(client: Any) -> dict[str, str]:
    """Signs a trainer in who has a sandbox; what is measured, and where it stands."""
    from sandboxes.services import request  # noqa: PLC0415
    from workshop.accounts.models import Role, User  # noqa: PLC0415
    from workshop.agendas import editing  # noqa: PLC0415
    from workshop.agendas.catalogue import units  # noqa: PLC0415
    from workshop.agendas.presets import document_for, preset  # noqa: PLC0415
    from workshop.curriculum.queries import offered  # noqa: PLC0415

    trainer = User.objects.create_user("trainer@example.org", role=Role.TRAINER)
    client.force_login(trainer)
    chosen = preset("two-days")
    assert chosen is not None
    agenda = editing.create(owner=trainer, title="Two days", document=document_for(chosen, units(offered())))
    first = offered()[0]
    request(owner=trainer, purpose=first.slug)
    return {
        "home": "/",
        "catalogue": "/modules/",
        "catalogue, searched": "/modules/?q=overlay2",
        "module page": first.url,
        "builder": agenda.get_absolute_url(),
    }


def _add_modules(number: int) -> None:
    from workshop.curriculum.models import Module, Page  # noqa: PLC0415

    about = {"summary": "One of many.", "minutes": 45, "level": "advanced", "tracks": ["automation"], "prerequisites": ["docker-101"]}
    outline = [
        {"slug": f"p{n}", "url": f"/p{n}/", "title": f"Page {n}", "minutes": 5, "kind": "lab", "lab": "", "extra": False} for n in range(8)
    ]
    count = Module.objects.count()
    rows = [Module(slug=f"bench-{n}", title=f"Bench {n}", position=1000 + n, outline=outline, **about) for n in range(count, number)]
    Module.objects.bulk_create(rows)
    pages = [
        Page(module=row, slug=f"p{n}", title=f"Page {n}", minutes=5, position=n, html=TEXT, text=TEXT) for row in rows for n in range(8)
    ]
    Page.objects.bulk_create(pages, batch_size=500)


def _remove_modules() -> None:
    from workshop.curriculum.models import Module  # noqa: PLC0415

    Module.objects.filter(slug__startswith="bench-").delete()


def _planner() -> dict[str, list[float]]:
    from workshop.agendas.planner import Day, Request, plan  # noqa: PLC0415

    found: dict[str, list[float]] = {str(number): [] for number in CATALOGUES}
    request = Request(days=(Day(9 * 60, 17 * 60), Day(9 * 60, 16 * 60 + 30)), goals=("ship", "run"))
    catalogues = {str(number): _catalogue(number) for number in CATALOGUES}
    for _ in range(PLANS):
        for name, units in catalogues.items():
            started = time.process_time()
            plan(units, request)
            found[name].append(MS * (time.process_time() - started))
    return found


def _catalogue(number: int) -> list[Any]:
    """Modules of different lengths, of which every third builds on the one before it."""
    from workshop.agendas.planner import Level, Unit  # noqa: PLC0415

    minutes, topics, levels = (30, 45, 60, 90, 40, 75), ("build", "run", "ship"), list(Level)
    return [
        Unit(
            slug=f"m{n}",
            minutes=minutes[n % len(minutes)],
            position=n,
            prerequisites=frozenset({f"m{n - 1}"} if n % 3 == 2 else ()),
            topics=frozenset({topics[n % len(topics)]}),
            level=levels[n % len(levels)],
        )
        for n in range(number)
    ]


if __name__ == "__main__":
    main()
