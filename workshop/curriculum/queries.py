"""Reads of the curriculum, one a page, each with a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Func, OuterRef, Q, QuerySet, Subquery, Sum, TextField
from django.db.models.functions import Cast

from workshop.curriculum.models import Module, Page, PageProgress, QuizAttempt, Track


def offered() -> "QuerySet[Module]":
    """The modules that are offered, in order."""
    return Module.objects.filter(withdrawn=False)


def all_totals() -> dict[str, int]:
    """Minutes of all modules that are offered: ``all``, by track; and their ``count``. One query, whatever their number."""
    words = Cast("tracks", TextField())
    tracks = {track.value: Sum("minutes", filter=Q(words__contains=f'"{track.value}"'), default=0) for track in Track}
    return offered().annotate(words=words).aggregate(all=Sum("minutes", default=0), count=Count("pk"), **tracks)


class Joined(Func):
    """The values of a subquery's rows as one text, with commas between them."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The same, as PostgreSQL calls it."""
        return super().as_sql(compiler, connection, function="STRING_AGG", template="%(function)s(%(expressions)s, ',')", **context)


def _done(person: Any, module: str) -> Subquery:
    """The slugs that ``done_pages`` gives, as a column of another query; ``module`` is where that has the module's id."""
    done = PageProgress.objects.filter(person=person, page__module=OuterRef(module), done_at__isnull=False).order_by()
    return Subquery(done.annotate(slugs=Joined(F("page__slug"))).values("slugs"))


def _split(slugs: str | None) -> set[str]:
    return set(slugs.split(",")) if slugs else set()


@dataclass(frozen=True, slots=True)
class Reading:
    """A page with its module, and what the reader has done: slugs of the module's pages, the best score in the page's quiz."""

    page: Page
    done: set[str]
    best: int | None


def read_page(person: Any, module_slug: str, page_slug: str) -> Reading | None:
    """What is shown of a page, in one query; None where there is no such page."""
    pages = Page.objects.select_related("module").defer("sections", "text").filter(module__slug=module_slug, slug=page_slug)
    if person.is_authenticated:
        attempts = QuizAttempt.objects.filter(person=person, page=OuterRef("pk")).order_by("-score")
        pages = pages.annotate(done_slugs=_done(person, "module_id"), best_score=Subquery(attempts.values("score")[:1]))
    page = pages.first()
    if page is None:
        return None
    return Reading(page, _split(getattr(page, "done_slugs", None)), getattr(page, "best_score", None))


def done_pages(person: Any, module: Module) -> set[str]:
    """The slugs of the module's pages that a person has done; nobody has done none."""
    if not person.is_authenticated:
        return set()
    return set(person.progress.filter(page__module=module, done_at__isnull=False).values_list("page__slug", flat=True))


def best_attempt(person: Any, page: Page) -> QuizAttempt | None:
    """The person's best run through a quiz."""
    if not person.is_authenticated:
        return None
    return QuizAttempt.objects.filter(person=person, page=page).order_by("-score", "-finished_at").first()


@dataclass(frozen=True, slots=True)
class Resume:
    """Where somebody left off: ``page`` is an entry of the module's outline."""

    module: Module
    page: dict[str, Any]
    done: int


def resume(person: Any) -> Resume | None:
    """The page that the person opened last or, when that is done, the next one of its module that is not. One query.

    None for strangers, for whoever has opened nothing yet, and when the module is finished.
    """
    if not person.is_authenticated:
        return None
    opened = person.progress.filter(page__module__withdrawn=False).select_related("page__module")
    opened = opened.defer("page__html", "page__trainer_html", "page__sections", "page__text", "page__quiz")
    latest = opened.annotate(done_slugs=_done(person, "page__module_id")).order_by("-opened_at", "-pk").first()
    if latest is None:
        return None
    module = latest.page.module
    done = _split(latest.done_slugs)
    slugs = [item["slug"] for item in module.outline]
    at = slugs.index(latest.page.slug) if latest.page.slug in slugs else 0
    page = next((item for item in module.outline[at:] + module.outline[:at] if item["slug"] not in done), None)
    return Resume(module, page, len(done)) if page else None
