"""What a person has done: pages opened and done, quizzes taken."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from workshop.curriculum.models import Page, PageProgress, QuizAttempt

if TYPE_CHECKING:
    from workshop.accounts.models import User


class AnswersInvalid(ValueError):
    """The answers do not fit the quiz; the text says why."""


def open_page(*, person: "User", page: Page) -> None:
    """Note that the person has seen the page, and when they did last."""
    PageProgress.objects.bulk_create(
        [PageProgress(person=person, page=page)],
        update_conflicts=True,
        unique_fields=["person", "page"],
        update_fields=["opened_at"],
    )


def set_done(*, person: "User", page: Page, done: bool) -> None:
    """Note that the page is done, or not done after all."""
    PageProgress.objects.update_or_create(person=person, page=page, defaults={"done_at": timezone.now() if done else None})


def take_quiz(*, person: "User", page: Page, answers: list[Any]) -> QuizAttempt:
    """Score one run through a quiz: for each question the numbers of the chosen options. Raises AnswersInvalid.

    A question counts when exactly its correct options were chosen.
    """
    if len(answers) != len(page.quiz):
        raise AnswersInvalid(f"The quiz has {len(page.quiz)} questions; {len(answers)} were answered.")
    score = sum(_is_right(question, chosen) for question, chosen in zip(page.quiz, answers, strict=True))
    attempt = QuizAttempt.objects.create(person=person, page=page, answers=answers, score=score, total=len(page.quiz))
    set_done(person=person, page=page, done=True)
    return attempt


def _is_right(question: dict[str, Any], chosen: Any) -> bool:
    options = question["options"]
    if not isinstance(chosen, list) or not all(type(number) is int and 0 <= number < len(options) for number in chosen):
        raise AnswersInvalid("An answer is a list of numbers of options.")
    return set(chosen) == {number for number, option in enumerate(options) if option["correct"]}
