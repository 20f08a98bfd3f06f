"""A quiz in the page, and its score: each door, and what is kept."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.curriculum.models import PageProgress, QuizAttempt

PAGE = "/modules/basics/recap/"
QUIZ = f"{PAGE}quiz/"


def answer(client: Client, answers: Any) -> Any:
    return client.post(QUIZ, {"answers": answers}, content_type="application/json")


def test_the_page_has_questions_options_and_reasons(client: Client, course: Path) -> None:
    text = client.get(PAGE).content.decode()
    assert "What does <code>docker ps</code> list?" in text
    assert text.count("data-question>") == 2
    assert text.count('type="radio" name="answer"') == 2
    assert text.count('type="checkbox" name="answer"') == 3
    assert "Those are listed by docker images." in text


def test_a_stranger_is_told_that_the_score_is_not_kept(client: Client, bob: User, course: Path) -> None:
    assert "the score is not kept" in client.get(PAGE).content.decode()
    assert "the score is not kept" not in signed_in(bob).get(PAGE).content.decode()


def test_a_run_is_scored_kept_and_makes_the_page_done(bob: User, course: Path) -> None:
    client = signed_in(bob)
    assert answer(client, [[1], [0]]).json() == {"score": 1, "total": 2, "best": 1}
    assert answer(client, [[1], [2, 0]]).json() == {"score": 2, "total": 2, "best": 2}
    assert answer(client, [[0], [1]]).json() == {"score": 0, "total": 2, "best": 2}
    assert list(QuizAttempt.objects.order_by("pk").values_list("score", flat=True)) == [1, 2, 0]
    assert PageProgress.objects.get(person=bob).done_at is not None
    response = client.get(PAGE)
    assert response.context["best"] == 2
    assert response.context["done"] == {"recap"}


def test_carol_has_a_score_of_her_own(bob: User, carol: User, course: Path) -> None:
    answer(signed_in(bob), [[1], [0, 2]])
    assert signed_in(carol).get(PAGE).context["best"] is None
    assert answer(signed_in(carol), [[0], [0]]).json()["best"] == 0


def test_a_stranger_keeps_nothing(client: Client, course: Path) -> None:
    assert answer(client, [[1], [0, 2]]).status_code == 401
    assert not QuizAttempt.objects.exists()


@pytest.mark.parametrize(
    "answers", [None, "x", 3, [], [[1]], [[1], [0], [0]], [[1], ["0"]], [[1], [3]], [[1], [-1]], [[1], [True]], [1, 0]]
)
def test_answers_that_do_not_fit_are_refused(answers: Any, bob: User, course: Path) -> None:
    response = answer(signed_in(bob), answers)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad-request"
    assert not QuizAttempt.objects.exists()


def test_a_body_that_is_not_json_is_refused(bob: User, course: Path) -> None:
    assert signed_in(bob).post(QUIZ, "{", content_type="application/json").status_code == 400


def test_other_methods_and_other_pages(bob: User, course: Path) -> None:
    client = signed_in(bob)
    assert client.get(QUIZ).status_code == 405
    for path in ("/modules/basics/layers/quiz/", "/modules/basics/none/quiz/", "/modules/none/recap/quiz/"):
        assert client.post(path, {"answers": []}, content_type="application/json").status_code == 404


def test_a_forged_request_is_refused(bob: User, course: Path) -> None:
    assert answer(signed_in(bob, csrf=True), [[1], [0, 2]]).status_code == 403
