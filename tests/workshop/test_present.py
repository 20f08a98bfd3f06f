"""Slides and the speaker's window for trainers; all pages of a module as one to print."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import signed_in
from workshop.accounts.models import User

SLIDES = "/modules/basics/present/"
SPEAKER = f"{SLIDES}?speaker"
PRINT = "/modules/basics/print/"


@pytest.mark.parametrize("path", [SLIDES, SPEAKER])
def test_slides_are_for_trainers(path: str, client: Client, bob: User, alice: User, dave: User, course: Path) -> None:
    assert client.get(path).headers["Location"].startswith("/accounts/login/?next=/modules/basics/present/")
    assert signed_in(bob).get(path).status_code == 404
    assert signed_in(alice).get(path).status_code == 200
    assert signed_in(dave).get(path).status_code == 200
    assert signed_in(alice).post(path).status_code == 405
    assert signed_in(alice).get(path.replace("basics", "nothing")).status_code == 404


def test_a_section_is_a_slide_and_a_question_too(alice: User, course: Path) -> None:
    text = signed_in(alice).get(SLIDES).content.decode()
    assert re.findall(r'<section class="slide" id="([^"]+)"', text) == [
        "start",
        "start--2",
        "start--3",
        "layers",
        "layers--1",
        "quick",
        "recap",
        "recap--1",
        "recap--question-1",
        "recap--question-2",
    ]
    assert text.count("title-slide") == 1


def test_the_notes_stand_beside_the_slide_and_not_on_it(alice: User, course: Path) -> None:
    text = signed_in(alice).get(SLIDES).content.decode()
    assert text.count("Ask the room first.") == 1
    notes = re.search(r'<aside class="slide-notes" data-notes hidden>(.*?)</aside>\s*</aside>', text, re.DOTALL)
    assert notes
    assert "Ask the room first." in notes[1]


def test_extra_pages_do_not_count_in_the_plan(alice: User, course: Path) -> None:
    text = signed_in(alice).get(SPEAKER).content.decode()
    assert re.findall(r'data-page="([^"]+)" data-minutes="(\d+)"', text) == [
        ("start", "20"),
        ("layers", "15"),
        ("quick", "0"),
        ("recap", "5"),
    ]


def test_slides_have_the_presenters_own_terminal(alice: User, course: Path) -> None:
    response = signed_in(alice).get(SLIDES)
    assert response.context["endpoints_json"]["start"] == "/modules/basics/sandbox/"
    assert 'class="run-source">docker ps --all</template>' in response.content.decode()
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_slides_cost_as_many_queries_with_one_page_as_with_four(
    alice: User, course: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(alice)
    for path in (SLIDES, "/modules/fleets/present/"):
        with django_assert_num_queries(4):
            client.get(path)


def test_everybody_prints_all_pages_and_only_trainers_their_notes(client: Client, bob: User, alice: User, course: Path) -> None:
    for reader in (client, signed_in(bob)):
        text = reader.get(PRINT).content.decode()
        assert [title for title in ("Start here", "Layers", "For the quick", "Recap") if f"<h1>{title}</h1>" not in text] == []
        assert "Ask the room first." not in text
    assert "Ask the room first." in signed_in(alice).get(PRINT).content.decode()


def test_on_paper_no_id_stands_twice(client: Client, course: Path) -> None:
    ids = re.findall(r' id="([^"]+)"', client.get(PRINT).content.decode())
    assert "start-list-containers" in ids
    assert sorted(ids) == sorted(set(ids))


def test_on_paper_the_quiz_has_its_answers_after_the_questions(client: Client, course: Path) -> None:
    text = client.get(PRINT).content.decode()
    assert text.index("What does <code>docker ps</code> list?") < text.index("Answers</h2>") < text.index("It asks the daemon.")
