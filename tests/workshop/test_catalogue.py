"""The agenda table, the catalogue with its search, a module's own page, and where one left off."""

import shutil
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import signed_in
from tests.workshop.course import load_course
from workshop.accounts.models import User
from workshop.curriculum.models import Page, PageProgress
from workshop.curriculum.progress import open_page, set_done


def page(slug: str) -> Page:
    return Page.objects.select_related("module").get(slug=slug)


def found(client: Client, query: str) -> list[str]:
    return [module.slug for module in client.get(f"/modules/{query}").context["modules"]]


def test_the_table_has_tracks_totals_and_a_box_for_each_module(client: Client, course: Path) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert [module.slug for module in response.context["modules"]] == ["basics", "fleets"]
    assert [(track["value"], track["minutes"]) for track in response.context["tracks"]] == [
        ("introduction", 40),
        ("advanced", 30),
        ("automation", 30),
    ]
    assert response.context["total"] == 70
    text = response.content.decode()
    assert text.count('name="module"') == 2
    assert '<form class="agenda" method="get" action="/agendas/new/"' in text
    assert 'href="/agendas/new/?track=automation"' in text
    assert "1:10 h" in text


def test_strangers_see_what_this_is_above_the_table_and_bob_does_not(client: Client, bob: User, course: Path) -> None:
    assert "Learn containers by running them" in client.get("/").content.decode()
    assert "Learn containers by running them" not in signed_in(bob).get("/").content.decode()


@pytest.mark.django_db
def test_without_modules_the_front_door_says_how_to_load_them(client: Client) -> None:
    assert "No module has been loaded yet" in client.get("/").content.decode()
    assert "No module has been loaded yet" in client.get("/modules/").content.decode()


def test_the_table_costs_the_same_with_one_module_as_with_two(
    client: Client, tmp_path: Path, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for without in ("fleets", ""):
        load_course(tmp_path / "course", without=without)
        with django_assert_num_queries(1):
            client.get("/")
        with django_assert_num_queries(2):
            client.get("/modules/")


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["basics", "fleets"]),
        ("?q=fleets", ["fleets"]),
        ("?q=docker+ps", ["basics"]),
        ("?q=OVERLAY2", ["basics"]),
        ("?q=docker", ["basics", "fleets"]),
        ("?q=docker+zebra", []),
        ("?track=introduction", ["basics"]),
        ("?track=automation&q=context", ["fleets"]),
        ("?level=advanced", ["fleets"]),
        ("?minutes=30", ["fleets"]),
        ("?minutes=29", []),
        ("?network=mirror", ["basics"]),
        ("?track=nonsense&level=wizard&minutes=soon&network=moon", ["basics", "fleets"]),
    ],
)
def test_search_and_filters(query: str, slugs: list[str], client: Client, course: Path) -> None:
    assert found(client, query) == slugs


def test_a_match_names_the_pages_on_which_the_words_stand(client: Client, course: Path) -> None:
    response = client.get("/modules/?q=overlay2")
    (module,) = response.context["modules"]
    assert [hit.slug for hit in module.hits] == ["layers"]
    assert 'href="/modules/basics/layers/"' in response.content.decode()


def test_an_empty_result_has_words_and_a_way_out(client: Client, course: Path) -> None:
    text = client.get("/modules/?q=zebra").content.decode()
    assert "No module fits" in text
    assert "Show all modules" in text


def test_what_is_searched_for_is_escaped(client: Client, course: Path) -> None:
    assert "<script>alert" not in client.get("/modules/?q=<script>alert(1)</script>").content.decode()


def test_a_modules_page_says_what_it_is_and_needs(client: Client, course: Path) -> None:
    text = client.get("/modules/basics/").content.decode()
    for words in ("The first steps.", "Explain a layer", "Images from a mirror", "busybox:1.37", "Alice", "CC-BY-4.0", "24 November 2026"):
        assert words in text
    assert "Run <code>docker ps</code>" in text
    assert 'href="/modules/basics/start/"' in text
    assert "10 min extra" in text
    assert 'href="/modules/basics/"' in client.get("/modules/fleets/").content.decode()


def test_a_module_is_presented_by_trainers_only(bob: User, alice: User, course: Path) -> None:
    assert "/modules/basics/present/" not in signed_in(bob).get("/modules/basics/").content.decode()
    assert "/modules/basics/present/" in signed_in(alice).get("/modules/basics/").content.decode()


def test_the_button_continues_with_the_first_page_that_is_not_done(bob: User, course: Path) -> None:
    client = signed_in(bob)
    assert client.get("/modules/basics/").context["first_open"]["slug"] == "start"
    set_done(person=bob, page=page("start"), done=True)
    response = client.get("/modules/basics/")
    assert response.context["first_open"]["slug"] == "layers"
    assert "Continue: Layers" in response.content.decode()
    for slug in ("layers", "quick", "recap"):
        set_done(person=bob, page=page(slug), done=True)
    assert "Read again" in client.get("/modules/basics/").content.decode()


def test_a_withdrawn_module_is_not_offered_but_can_be_read(client: Client, course: Path) -> None:
    shutil.rmtree(course / "modules" / "fleets")
    load_course(course, without="fleets")
    assert found(client, "") == ["basics"]
    assert "has been withdrawn" in client.get("/modules/fleets/").content.decode()


def test_nobody_else_sees_where_bob_is(client: Client, carol: User, bob: User, course: Path) -> None:
    open_page(person=bob, page=page("layers"))
    assert client.get("/").context["resume"] is None
    assert signed_in(carol).get("/").context["resume"] is None


def test_home_leads_back_to_the_page_that_was_open_last(bob: User, course: Path) -> None:
    client = signed_in(bob)
    for path in ("fleets/flagship", "basics/layers", "basics/start"):
        assert client.post(f"/modules/{path}/opened/").json() == {"opened": True}
    assert client.get("/").context["resume"].page["slug"] == "start"
    # Opened before, and opened again: the last time counts.
    client.post("/modules/fleets/flagship/opened/")
    assert client.get("/").context["resume"].page["slug"] == "flagship"
    assert PageProgress.objects.filter(person=bob).count() == 3


def test_after_a_page_that_is_done_comes_the_next_one_that_is_not(bob: User, course: Path) -> None:
    set_done(person=bob, page=page("layers"), done=True)
    open_page(person=bob, page=page("start"))
    set_done(person=bob, page=page("start"), done=True)
    client = signed_in(bob)
    resume = client.get("/").context["resume"]
    assert (resume.page["slug"], resume.done) == ("quick", 2)
    for slug in ("quick", "recap"):
        set_done(person=bob, page=page(slug), done=True)
    assert client.get("/").context["resume"] is None


@pytest.mark.parametrize("path", ["/", "/modules/", "/modules/basics/", "/modules/basics/print/"])
def test_the_catalogue_is_read_only(path: str, bob: User, course: Path) -> None:
    assert signed_in(bob).post(path).status_code == 405


@pytest.mark.parametrize("path", ["/modules/nothing/", "/modules/nothing/print/", "/modules/basics/images/none.svg"])
def test_what_is_not_there(path: str, client: Client, course: Path) -> None:
    assert client.get(path).status_code == 404
