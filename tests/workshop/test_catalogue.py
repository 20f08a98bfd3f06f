"""The agenda table, the catalogue with its search, a module's own page, and where one left off."""

import shutil
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import signed_in
from tests.workshop.course import load_course
from workshop.accounts.models import User
from workshop.curriculum.models import Module, Page, PageProgress
from workshop.curriculum.progress import open_page, set_done
from workshop.curriculum.search import snippet


def page(slug: str) -> Page:
    return Page.objects.select_related("module").get(slug=slug)


def found(client: Client, query: str) -> list[str]:
    return [item.module.slug for item in client.get(f"/modules/{query}").context["results"].found]


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


def test_the_front_door_and_the_catalogue_cost_the_same_with_one_module_as_with_two(
    client: Client, tmp_path: Path, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # One more for the titles of what modules build on, where any of them does.
    for without, titles in (("fleets", 0), ("", 1)):
        load_course(tmp_path / "course", without=without)
        with django_assert_num_queries(1):
            client.get("/")
        with django_assert_num_queries(3 + titles):
            client.get("/modules/")
        with django_assert_num_queries(4 + titles):
            client.get("/modules/?q=docker")


def test_home_takes_three_queries_for_whoever_comes_back(
    bob: User, course: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(bob)
    for slug in ("layers", "quick", "recap"):
        open_page(person=bob, page=page("start"))
        with django_assert_num_queries(3):
            assert client.get("/").context["resume"].page["slug"] == "start"
        set_done(person=bob, page=page(slug), done=True)


def many(number: int) -> None:
    """So many more modules, each with a page."""
    about = {"minutes": 10, "level": "beginner", "tracks": ["automation"], "prerequisites": ["basics"]}
    rows = [Module(slug=f"m{i}", title=f"Module {i}", summary="Of many.", position=100 + i, **about) for i in range(number)]
    Module.objects.bulk_create(rows)
    pages = [Page(module=row, slug="one", title="One", minutes=10, position=1, text="Words about many things.", html="") for row in rows]
    Page.objects.bulk_create(pages)


def test_with_many_modules_the_table_leads_to_the_catalogue(
    client: Client, course: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many(100)
    with django_assert_num_queries(2):
        response = client.get("/")
    assert len(response.context["modules"]) == 30
    assert {track["value"]: track["minutes"] for track in response.context["tracks"]} == {
        "introduction": 40,
        "advanced": 30,
        "automation": 1030,
    }
    assert response.context["total"] == 1070
    assert "All 102 modules" in response.content.decode()


def test_the_catalogue_has_pages(client: Client, course: Path, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    many(40)
    for query, queries in (("", 4), ("?q=many&track=automation", 5)):
        with django_assert_num_queries(queries):
            response = client.get(f"/modules/{query}")
        results = response.context["results"]
        assert (len(results.found), results.pages) == (20, 3)
        last = client.get(f"/modules/{query}{'&' if query else '?'}page=9")
        assert last.context["results"].page == results.pages
        assert 'rel="next"' not in last.content.decode()
    text = client.get("/modules/?q=many&track=automation").content.decode()
    assert 'rel="next" href="?q=many&amp;track=automation&amp;page=2"' in text
    assert found(client, "?page=2")[0] == "m18"
    assert found(client, "?page=0") == found(client, "?page=x") == found(client, "")


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
    (found_,) = response.context["results"].found
    assert [(hit.title, hit.url) for hit in found_.hits] == [("Layers", "/modules/basics/layers/")]
    assert "A layer is a change. <mark>overlay2</mark> stacks them." in response.content.decode()


def test_the_best_match_comes_first(client: Client, course: Path) -> None:
    """The title before the summary, the page's title, its text; in each of them the whole word before a part of one."""
    places = [
        ("title", "Volume"), ("title", "Volumes"), ("summary", "A volume"), ("summary", "Volumes"),
        ("page", "The volume"), ("page", "Volumes"), ("text", "one volume."), ("text", "some volumes"),
    ]  # fmt: skip
    for number, (place, words) in enumerate(places):
        texts = {"title": "T", "summary": "S", "page": "P", "text": "xylophone", place: words}
        module = Module.objects.create(
            slug=f"m{number}", title=texts["title"], summary=texts["summary"], minutes=5, level="beginner", position=100 - number
        )
        Page.objects.create(module=module, slug="p", title=texts["page"], text=texts["text"], minutes=5, position=1, html="")
    assert found(client, "?q=volume") == [f"m{number}" for number in range(len(places))]
    # As good as one another: in the order of the catalogue.
    assert found(client, "?q=xylophone") == ["m5", "m4", "m3", "m2", "m1", "m0"]


def test_of_several_words_the_one_in_the_best_place_counts_first(client: Client, course: Path) -> None:
    for number, (title, summary) in enumerate((("Other", "Volumes, and to mount a volume"), ("Volume", "S"))):
        module = Module.objects.create(slug=f"m{number}", title=title, summary=summary, minutes=5, level="beginner", position=9)
        Page.objects.create(module=module, slug="p", title="P", text="mount", minutes=5, position=1, html="")
    assert found(client, "?q=volume+mount") == ["m1", "m0"]


def test_words_may_stand_in_the_title_and_on_a_page(client: Client, course: Path) -> None:
    response = client.get("/modules/?q=basics+overlay2")
    (item,) = response.context["results"].found
    assert (item.module.slug, [hit.title for hit in item.hits], item.more) == ("basics", ["Layers"], 0)
    assert "<mark>Basics</mark></a></h2>" in response.content.decode()


@pytest.mark.parametrize("query", ["%00", "%27", "(", "%5C", "%25", "_", ".*", "--all", "%F0%9F%90%B3", "a+" * 40])
def test_any_words_may_be_looked_for(query: str, client: Client, course: Path) -> None:
    assert client.get(f"/modules/?q={query}").status_code == 200


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["overlay"], "An overlay is a kind"),
        (["lay"], "An overlay is a kind"),
        (["is", "a"], "An overlay is a kind"),
        (["kind", "overlay"], "An overlay is a kind"),
        (["zebra"], ""),
    ],
)
def test_a_snippet_is_cut_at_spaces(words: list[str], expected: str) -> None:
    assert snippet("An overlay\n is a kind", words) == expected


def test_a_snippet_shows_the_words_in_a_row() -> None:
    assert "docker run it" in snippet(f"docker {'and so on ' * 30}docker run it", ["docker", "run"])


def test_a_snippet_of_a_long_text() -> None:
    text = snippet(f"{'before ' * 50}needle {'after ' * 50}", ["needle"])
    assert text.startswith("… before ")
    assert text.endswith(" after …")
    assert len(text) < 150


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
