"""Signing in and out, roles, and the first accounts."""

import stat
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client

from tests.conftest import PASSWORD, signed_in
from workshop.accounts.models import Role, User

LOGIN = "/accounts/login/"


def test_bob_signs_in_with_his_address_however_he_writes_it(client: Client, bob: User) -> None:
    response = client.post(LOGIN, {"login": "Bob@Example.org", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get("/accounts/profile/").status_code == 200


def test_he_comes_back_to_the_page_he_wanted(client: Client, bob: User) -> None:
    response = client.post(f"{LOGIN}?next=/modules/", {"login": bob.email, "password": PASSWORD, "next": "/modules/"})
    assert response.headers["Location"] == "/modules/"


def test_next_leads_nowhere_else(client: Client, bob: User) -> None:
    response = client.post(LOGIN, {"login": bob.email, "password": PASSWORD, "next": "https://example.net/"})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("login", ["bob@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_look_alike(client: Client, bob: User, login: str) -> None:
    response = client.post(LOGIN, {"login": login, "password": "wrong"})
    assert response.status_code == 200
    assert "not correct" in response.content.decode()


def test_signing_out_takes_a_post(bob: User) -> None:
    client = signed_in(bob)
    client.get("/accounts/logout/")
    assert client.get("/accounts/profile/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/accounts/profile/").status_code == 302


def test_bob_changes_his_password(client: Client, bob: User) -> None:
    signed = signed_in(bob)
    new = "staple battery horse"
    response = signed.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert response.status_code == 302
    assert client.login(email=bob.email, password=new) or client.post(LOGIN, {"login": bob.email, "password": new}).status_code == 302


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.exists()
    assert client.get("/accounts/signup/").status_code == 200


def test_a_form_from_elsewhere_is_refused_with_a_page(bob: User) -> None:
    response = Client(enforce_csrf_checks=True).post(LOGIN, {"login": bob.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "errors/csrf.html" in [template.name for template in response.templates]


def test_only_dave_comes_into_the_administration(alice: User, bob: User, dave: User) -> None:
    assert [signed_in(user).get("/admin/").status_code for user in (alice, bob, dave)] == [302, 302, 200]


def test_addresses_differ_in_more_than_case(bob: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create(email="BOB@example.org")


@pytest.mark.django_db
def test_the_first_accounts(tmp_path: Path, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "var" / "accounts.txt"
    call_command("createaccounts", file=path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [line.split() for line in path.read_text().splitlines()]
    assert [(role, email) for role, email, _ in lines] == [(role, f"{role}@drydock.local") for role in ("admin", "trainer", "learner")]
    assert all(password in capsys.readouterr().out for _, _, password in lines[:1])
    for _, email, password in lines:
        assert Client().post(LOGIN, {"login": email, "password": password}).status_code == 302
    assert User.objects.get(email="admin@drydock.local").is_staff
    assert not User.objects.get(role=Role.TRAINER).is_staff


def test_there_are_first_accounts_only_once(tmp_path: Path, bob: User) -> None:
    call_command("createaccounts", file=tmp_path / "accounts.txt")
    assert not (tmp_path / "accounts.txt").exists()
    assert User.objects.count() == 1
