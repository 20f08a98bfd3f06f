"""How far a person is: with each module they have begun, and with each agenda they follow. A fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max

from labs.models import Lab, LabRun, StepProgress
from workshop.agendas.following import Followed, followed
from workshop.curriculum.models import Module, PageProgress, QuizAttempt
from workshop.learning.course import Part, parts_of, whole

if TYPE_CHECKING:
    from workshop.accounts.models import User

_Key = tuple[str, str]
"""A module's slug and a page's slug."""


@dataclass(slots=True)
class Standing:
    """How far somebody is with some pages. ``next`` is the first page that is not done, an entry of a module's outline.

    ``score`` of ``questions`` is the best result of the quizzes that were taken; ``seconds`` were spent at labs.
    """

    pages: int = 0
    pages_done: int = 0
    steps: int = 0
    steps_done: int = 0
    score: int = 0
    questions: int = 0
    seconds: int = 0
    next: dict[str, Any] | None = None
    next_in: str = ""

    @property
    def minutes(self) -> int:
        """Minutes at labs, each begun one counted."""
        return -(-self.seconds // 60)

    @property
    def begun(self) -> bool:
        """Whether anything of it was done."""
        return bool(self.pages_done or self.steps_done or self.questions or self.seconds)


@dataclass(frozen=True, slots=True)
class BegunModule:
    """A module that a person has opened."""

    module: Module
    standing: Standing


@dataclass(frozen=True, slots=True)
class FollowedAgenda:
    """An agenda that a person follows, with how far they are; ``standing`` is None once it is no longer shared with them."""

    follow: Followed
    standing: Standing | None
    modules: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that a person learns."""

    agendas: list[FollowedAgenda]
    modules: list[BegunModule]


@dataclass(slots=True)
class _Record:
    """All that a person has done, by page."""

    done: set[_Key] = field(default_factory=set)
    opened: dict[str, datetime] = field(default_factory=dict)
    quizzes: dict[_Key, tuple[int, int]] = field(default_factory=dict)
    # Steps done, steps, and seconds of the labs of a page.
    labs: dict[_Key, list[tuple[int, int, int]]] = field(default_factory=dict)


def overview(person: "User") -> Overview:
    """What the person follows, and what they have begun, last opened first. Eight queries."""
    modules = {module.slug: module for module in Module.objects.only("slug", "title", "outline", "withdrawn", "position")}
    record = _record(person)
    agendas = []
    for item in followed(person):
        parts = parts_of(item.agenda, modules) if item.agenda else ()
        agendas.append(FollowedAgenda(item, _standing(parts, record) if item.agenda else None, len(parts)))
    begun = sorted(record.opened, key=lambda slug: record.opened[slug], reverse=True)
    offered = [modules[slug] for slug in begun if slug in modules and not modules[slug].withdrawn]
    return Overview(agendas, [BegunModule(module, _standing([whole(module)], record)) for module in offered])


def pages_done(person: "User", modules: Iterable[str]) -> set[_Key]:
    """The pages of these modules that the person has done. One query."""
    rows = PageProgress.objects.filter(person=person, done_at__isnull=False, page__module__slug__in=list(modules))
    return set(rows.values_list("page__module__slug", "page__slug"))


def _record(person: "User") -> _Record:
    record = _Record()
    for module, page, opened, done in PageProgress.objects.filter(person=person).values_list(
        "page__module__slug", "page__slug", "opened_at", "done_at"
    ):
        record.opened[module] = max(opened, record.opened.get(module, opened))
        if done is not None:
            record.done.add((module, page))
    attempts = QuizAttempt.objects.filter(person=person).order_by()
    for module, page, total, best in attempts.values_list("page__module__slug", "page__slug", "total").annotate(best=Max("score")):
        before = record.quizzes.get((module, page), (0, 1))
        if best * before[1] >= before[0] * total:
            record.quizzes[module, page] = (best, total)
    _labs(person, record)
    return record


def _labs(person: "User", record: _Record) -> None:
    steps = dict(
        StepProgress.objects.filter(person=person, done_at__isnull=False).order_by().values_list("lab").annotate(number=Count("pk"))
    )
    runs = {run.lab_id: run for run in LabRun.objects.filter(person=person)}
    for lab in Lab.objects.filter(withdrawn=False).only("module", "page", "step_count"):
        # A step whose heading has changed since is still among those that were done.
        done = min(steps.get(lab.pk, 0), lab.step_count)
        run = runs.get(lab.pk)
        record.labs.setdefault((lab.module, lab.page), []).append((done, lab.step_count, run.seconds if run else 0))
        if run:
            record.opened[lab.module] = max(run.seen_at, record.opened.get(lab.module, run.seen_at))


def _standing(parts: Iterable[Part], record: _Record) -> Standing:
    standing = Standing()
    for part in parts:
        for page in part.pages:
            _count(standing, part.module, page, record)
    return standing


def _count(standing: Standing, module: Module, page: dict[str, Any], record: _Record) -> None:
    key = (module.slug, page["slug"])
    standing.pages += 1
    if key in record.done:
        standing.pages_done += 1
    elif standing.next is None:
        standing.next, standing.next_in = page, module.title
    score, questions = record.quizzes.get(key, (0, 0))
    standing.score += score
    standing.questions += questions
    for done, steps, seconds in record.labs.get(key, ()):
        standing.steps_done += done
        standing.steps += steps
        standing.seconds += seconds
