"""Sessions: the database decides, Redis only spares a query."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.caches import LONGEST

PROFILE = "/accounts/profile/"


@pytest.fixture
def nothing_listens(settings: Settings) -> None:
    """There is no Redis for the copies of sessions."""
    settings.CACHES = {**settings.CACHES, "sessions": {**settings.CACHES["sessions"], "LOCATION": "redis://127.0.0.1:1/0"}}


def test_a_warm_copy_spares_the_query(bob: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = signed_in(bob)
    with django_assert_num_queries(1):
        assert client.get(PROFILE).status_code == 200


def test_signing_out_leaves_no_copy(bob: User) -> None:
    client = signed_in(bob)
    cookie = client.cookies["drydock_session"].value
    client.post("/accounts/logout/")
    stolen = Client()
    stolen.cookies["drydock_session"] = cookie
    assert stolen.get(PROFILE).status_code == 302


def test_a_new_password_ends_the_other_sessions(bob: User) -> None:
    here, there = signed_in(bob), signed_in(bob)
    bob.set_password("another long password")
    bob.save()
    assert [client.get(PROFILE).status_code for client in (here, there)] == [302, 302]


def test_a_copy_is_gone_within_a_minute(bob: User) -> None:
    client = signed_in(bob)
    copies: Any = caches["sessions"]
    key = f"django.contrib.sessions.cached_db{client.cookies['drydock_session'].value}"
    raw = copies.make_and_validate_key(key)
    assert 0 < copies._cache.get_client(raw).ttl(raw) <= LONGEST == 60
    Session.objects.all().delete()
    copies.delete(key)
    assert client.get(PROFILE).status_code == 302


@pytest.mark.usefixtures("nothing_listens")
def test_without_redis_the_database_is_asked(bob: User, course: Path, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = signed_in(bob)
    with django_assert_num_queries(2):
        assert client.get(PROFILE).status_code == 200
    client.post("/accounts/logout/")
    assert client.get(PROFILE).status_code == 302
    assert not Session.objects.exists()
