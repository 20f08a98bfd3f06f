"""/health/ says what is fine, and what is not, part by part."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.utils import timezone

from sandboxes.models import Engine

FINE = {"ok": True, "message": ""}


def test_all_is_fine(client: Client, engine: Engine) -> None:
    Engine.objects.update(healthy=True, checked_at=timezone.now())
    response = client.get("/health/")
    assert response.status_code == 200
    assert response.json() == {"ok": True, "database": FINE, "redis": FINE, "worker": FINE, "engine": FINE}


def test_a_worker_that_has_not_reported_lately(client: Client, engine: Engine) -> None:
    Engine.objects.update(healthy=True, checked_at=timezone.now() - timedelta(minutes=5))
    response = client.get("/health/")
    assert response.status_code == 503
    assert response.json()["worker"] == {"ok": False, "message": "No worker has reported. Is Celery running?"}


def test_an_engine_that_its_worker_cannot_use(client: Client, engine: Engine) -> None:
    Engine.objects.update(healthy=False, message="It is on fire.", checked_at=timezone.now())
    assert client.get("/health/").json()["engine"] == {"ok": False, "message": "It is on fire."}


CACHES: dict[str, dict[str, Any]] = django_settings.CACHES


@pytest.mark.django_db
@override_settings(CACHES={name: {**cache, "LOCATION": "redis://127.0.0.1:1/0"} for name, cache in CACHES.items()})
def test_redis_is_away(client: Client) -> None:
    body = client.get("/health/").json()
    assert body["database"] == FINE
    assert body["redis"] == {"ok": False, "message": "Redis does not answer: ConnectionError."}
