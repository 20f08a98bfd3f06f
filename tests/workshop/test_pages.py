"""Pages as Alice, Bob and strangers see them."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sandboxes.models import Engine, Sandbox
from sandboxes.services import request
from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.curriculum.models import PageProgress

PAGE = "/modules/basics/start/"
DONE = f"{PAGE}done/"


@pytest.fixture
def bobs_basics(bob: User, engine: Engine) -> Sandbox:
    """Bob's sandbox for the module of the page."""
    sandbox, _ = request(owner=bob, purpose="basics")
    return sandbox


def test_the_page_carries_state_and_addresses(bobs_basics: Sandbox, bob: User, course: Path) -> None:
    response = signed_in(bob).get(PAGE)
    assert response.status_code == 200
    assert response.context["state_json"]["sandbox"]["id"] == str(bobs_basics.id)
    assert response.context["endpoints_json"]["start"] == "/modules/basics/sandbox/"
    assert "docker ps --all" in response.content.decode()


def test_carols_page_has_nothing_of_bobs(bobs_basics: Sandbox, carol: User, course: Path) -> None:
    response = signed_in(carol).get(PAGE)
    assert response.context["state_json"]["sandbox"] is None
    assert str(bobs_basics.id) not in response.content.decode()


def test_a_stranger_may_read(client: Client, course: Path) -> None:
    response = client.get(PAGE)
    assert response.status_code == 200
    assert response.context["state_json"]["sandbox"] is None
    assert "to keep track of what you have done" in response.content.decode()
    assert not PageProgress.objects.exists()


def test_the_contents_show_where_one_is_and_what_is_done(bob: User, course: Path) -> None:
    client = signed_in(bob)
    client.post("/modules/basics/layers/done/")
    text = client.get(PAGE).content.decode()
    contents = text[text.index("<nav class=") : text.index("contents-veil")]
    assert '<a href="/modules/basics/start/" aria-current="page">' in contents
    assert contents.count("(done)") == 1
    assert '<li data-page="layers" class="done">' in contents
    assert "10 min extra" in contents


def test_the_pager_knows_both_ends(client: Client, course: Path) -> None:
    first, last = client.get(PAGE), client.get("/modules/basics/recap/")
    assert (first.context["previous"], first.context["next"]["slug"]) == (None, "layers")
    assert (last.context["previous"]["slug"], last.context["next"]) == ("quick", None)


def test_notes_for_trainers_are_for_trainers(client: Client, bob: User, alice: User, dave: User, course: Path) -> None:
    for reader in (client, signed_in(bob)):
        assert "Ask the room first." not in reader.get(PAGE).content.decode()
    for reader in (signed_in(alice), signed_in(dave)):
        assert '<aside class="admonition trainer">' in reader.get(PAGE).content.decode()


def test_the_corner_of_a_table_is_no_heading(client: Client, course: Path) -> None:
    assert "<th></th>" not in client.get(PAGE).content.decode()


def test_a_page_is_marked_as_done_and_back(bob: User, course: Path) -> None:
    client = signed_in(bob)
    assert client.post(DONE, {"done": "true"}, content_type="application/json").json() == {"done": True, "pages": ["start"]}
    assert client.post(DONE).json() == {"done": True, "pages": ["start"]}
    assert 'aria-pressed="true" data-done' in client.get(PAGE).content.decode()
    assert client.post(DONE, {"done": "false"}).json() == {"done": False, "pages": []}
    assert PageProgress.objects.count() == 1


def test_what_bob_has_done_is_his(bob: User, carol: User, course: Path) -> None:
    signed_in(bob).post(DONE)
    assert signed_in(carol).get(PAGE).context["done"] == set()


def test_the_door_of_done(client: Client, bob: User, course: Path) -> None:
    assert client.post(DONE).status_code == 401
    assert signed_in(bob).get(DONE).status_code == 405
    assert signed_in(bob, csrf=True).post(DONE).status_code == 403
    assert signed_in(bob).post(DONE, "{", content_type="application/json").status_code == 400
    assert signed_in(bob).post("/modules/basics/none/done/").status_code == 404
    assert not PageProgress.objects.exists()


@pytest.mark.parametrize("path", ["/modules/nothing/start/", "/modules/basics/nothing/"])
def test_a_page_that_is_not_there(path: str, client: Client, course: Path) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [PAGE, "/accounts/profile/", "/health/"])
def test_pages_are_read_only(path: str, bob: User, course: Path) -> None:
    assert signed_in(bob).post(path).status_code == 405


def test_the_profile_is_for_people_who_are_signed_in(client: Client, bob: User) -> None:
    assert client.get("/accounts/profile/").headers["Location"] == "/accounts/login/?next=/accounts/profile/"
    assert "bob@example.org" in signed_in(bob).get("/accounts/profile/").content.decode()


def test_a_page_costs_three_queries_and_one_for_a_stranger(
    bobs_basics: Sandbox, client: Client, bob: User, course: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The reader, the page, the sandbox; with the session's copy warm, and with one and three pages done and terminals open."""
    his = signed_in(bob)
    for path, others in ((PAGE, ("layers",)), ("/modules/basics/recap/", ("quick", "recap"))):
        with django_assert_num_queries(3):
            his.get(path)
        with django_assert_num_queries(1):
            client.get(path)
        for other in others:
            his.post(f"/modules/basics/{other}/done/")
            his.post(f"/sandboxes/{bobs_basics.id}/terminals/")
    with django_assert_num_queries(3):
        page = his.get("/modules/basics/recap/")
    assert page.context["done"] == {"layers", "quick", "recap"}
    assert len(page.context["state_json"]["sandbox"]["terminals"]) == 4


def test_a_page_that_is_only_read_keeps_nothing(bob: User, course: Path) -> None:
    signed_in(bob).get(PAGE)
    assert not PageProgress.objects.exists()


def test_the_door_of_opened(client: Client, bob: User, course: Path) -> None:
    opened = f"{PAGE}opened/"
    assert client.post(opened).status_code == 401
    assert signed_in(bob).get(opened).status_code == 405
    assert signed_in(bob, csrf=True).post(opened).status_code == 403
    assert signed_in(bob).post("/modules/basics/none/opened/").status_code == 404
    assert not PageProgress.objects.exists()
    assert signed_in(bob).post(opened).json() == {"opened": True}
    assert [(row.person, row.page.slug, row.done_at) for row in PageProgress.objects.select_related("person", "page")] == [
        (bob, "start", None)
    ]


def test_the_policy_forbids_inline_code(client: Client, course: Path) -> None:
    policy = client.get(PAGE).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/modules/", "/modules/basics/", PAGE, "/modules/basics/recap/", "/modules/basics/print/"])
def test_nothing_is_inline(path: str, client: Client, course: Path) -> None:
    text = client.get(path).content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text
