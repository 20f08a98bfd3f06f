"""The cast: Alice the trainer, Bob and Carol the learners, Dave the admin; and a module to learn from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections
from django.test import Client
from pytest_django import Settings

from sandboxes import engines
from sandboxes.models import Engine, Sandbox
from sandboxes.services import request
from workshop.accounts.models import Role, User
from workshop.curriculum.loading import load
from workshop.curriculum.models import Module

PASSWORD = "correct horse battery"
CONTENT = Path(__file__).resolve().parent.parent / "content"


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Passwords are hashed once for each person of the cast; the slow hash is Django's to test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_connection_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Asynchronous code reaches the database in a thread of its own, which must not keep its connection beyond the test."""
    yield
    if request.node.get_closest_marker("asyncio") or request.node.get_closest_marker("django_db"):
        SyncToAsync.single_thread_executor.submit(connections.close_all).result()


def _person(name: str, role: Role) -> User:
    return User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name, role=role)


@pytest.fixture
def alice(db: None) -> User:
    """A trainer."""
    return _person("Alice", Role.TRAINER)


@pytest.fixture
def bob(db: None) -> User:
    """A learner."""
    return _person("Bob", Role.LEARNER)


@pytest.fixture
def carol(db: None) -> User:
    """Another learner, who must see nothing of Bob's."""
    return _person("Carol", Role.LEARNER)


@pytest.fixture
def dave(db: None) -> User:
    """An admin."""
    return _person("Dave", Role.ADMIN)


def signed_in(user: User, *, csrf: bool = False) -> Client:
    """A browser in which the user has signed in."""
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user)
    return client


@pytest.fixture
def engine(db: None) -> Engine:
    """The engine's row."""
    return engines.default_engine()


@pytest.fixture
def curriculum(db: None) -> Module:
    """The curriculum that the project ships, loaded; its first module."""
    load([CONTENT])
    return Module.objects.get(slug="docker-101")


@pytest.fixture
def bobs(bob: User, engine: Engine) -> Sandbox:
    """Bob's sandbox for Docker 101, as it is right after his click."""
    sandbox, _ = request(owner=bob, purpose="docker-101")
    return sandbox
