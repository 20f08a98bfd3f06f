"""Pages as Alice, Bob and strangers see them."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sandboxes.models import Sandbox
from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.curriculum.models import Module

PAGE = "/modules/docker-101/first-container/"


@pytest.mark.django_db
def test_a_stranger_sees_what_this_is(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Sign in" in response.content.decode()


def test_bob_sees_the_modules(bob: User, curriculum: Module) -> None:
    text = signed_in(bob).get("/").content.decode()
    assert PAGE in text
    assert "Docker 101" in text


def test_an_empty_curriculum_says_so(bob: User) -> None:
    assert "No module has been loaded yet" in signed_in(bob).get("/").content.decode()


def test_the_page_carries_state_and_addresses(bobs: Sandbox, bob: User, curriculum: Module) -> None:
    response = signed_in(bob).get(PAGE)
    assert response.status_code == 200
    assert response.context["state_json"]["sandbox"]["id"] == str(bobs.id)
    assert response.context["endpoints_json"]["start"] == "/modules/docker-101/sandbox/"
    assert "docker run hello-world" in response.content.decode()


def test_carols_page_has_nothing_of_bobs(bobs: Sandbox, carol: User, curriculum: Module) -> None:
    response = signed_in(carol).get(PAGE)
    assert response.context["state_json"]["sandbox"] is None
    assert str(bobs.id) not in response.content.decode()


def test_a_stranger_may_read(client: Client, curriculum: Module) -> None:
    response = client.get(PAGE)
    assert response.status_code == 200
    assert response.context["state_json"]["sandbox"] is None


@pytest.mark.parametrize("path", ["/modules/nothing/first-container/", "/modules/docker-101/nothing/"])
def test_a_page_that_is_not_there(path: str, client: Client, curriculum: Module) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/modules/", PAGE, "/accounts/profile/", "/health/"])
def test_pages_are_read_only(path: str, bob: User, curriculum: Module) -> None:
    assert signed_in(bob).post(path).status_code == 405


def test_the_profile_is_for_people_who_are_signed_in(client: Client, bob: User) -> None:
    assert client.get("/accounts/profile/").headers["Location"] == "/accounts/login/?next=/accounts/profile/"
    assert "bob@example.org" in signed_in(bob).get("/accounts/profile/").content.decode()


def test_a_page_costs_as_many_queries_with_three_terminals_as_with_one(
    bobs: Sandbox, bob: User, curriculum: Module, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(bob)
    for _ in (1, 3):
        with django_assert_num_queries(9):
            client.get(PAGE)
        for _ in range(2):
            client.post(f"/sandboxes/{bobs.id}/terminals/")


def test_the_policy_forbids_inline_code(client: Client, curriculum: Module) -> None:
    policy = client.get(PAGE).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
