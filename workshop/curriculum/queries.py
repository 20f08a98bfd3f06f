"""Reads of the curriculum, one a page, each with a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, TextField

from workshop.curriculum.models import Level, Module, Page, PageProgress, QuizAttempt, Track

LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for in the catalogue; empty values look for everything."""

    words: str = ""
    track: str = ""
    level: str = ""
    minutes: int | None = None
    network: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "Search":
        """Out of a query string; what cannot be understood is left out, as links grow old."""
        minutes = fields.get("minutes", "")
        return cls(
            words=" ".join(fields.get("q", "")[:LONGEST_QUERY].split()),
            track=fields.get("track", "") if fields.get("track") in Track.values else "",
            level=fields.get("level", "") if fields.get("level") in Level.values else "",
            minutes=int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 else None,
            network=fields.get("network", "") if fields.get("network") in {"none", "mirror", "internet"} else "",
        )

    @property
    def is_empty(self) -> bool:
        """Whether it looks for everything."""
        return self == Search()


def offered() -> "QuerySet[Module]":
    """The modules that are offered, in order."""
    return Module.objects.filter(withdrawn=False)


def find(search: Search) -> list[Module]:
    """The modules that fit, each with ``hits``: its pages on which all the words stand. Two queries at most."""
    modules = [module for module in offered() if _fits(module, search)]
    hits = _hits(search.words.split()) if search.words else {}
    found = []
    for module in modules:
        module.hits = hits.get(module.pk, [])  # type: ignore[attr-defined]
        in_card = all(word.lower() in f"{module.title} {module.summary}".lower() for word in search.words.split())
        if in_card or module.pk in hits:
            found.append(module)
    return found


def _fits(module: Module, search: Search) -> bool:
    return (
        (not search.track or search.track in module.tracks)
        and (not search.level or search.level == module.level)
        and (search.minutes is None or module.minutes <= search.minutes)
        and (not search.network or search.network == module.needs.get("network", "none"))
    )


def _hits(words: list[str]) -> dict[int, list[Page]]:
    condition = Q()
    for word in words:
        condition &= Q(text__icontains=word) | Q(title__icontains=word)
    pages = Page.objects.filter(condition, module__withdrawn=False).select_related("module")
    hits: dict[int, list[Page]] = {}
    for page in pages.only("title", "slug", "module__slug"):
        hits.setdefault(page.module_id, []).append(page)
    return hits


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
