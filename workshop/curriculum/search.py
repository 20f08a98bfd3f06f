"""Finding modules: what fits, the best first, a page of it, with the places where the words stand. A fixed number of queries."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, TextField, When
from django.db.models.functions import Cast

from workshop.curriculum.models import Level, Module, Page, Track
from workshop.curriculum.queries import offered

LONGEST_QUERY = 100
MOST_WORDS = 8
PAGE_SIZE = 20
"""Modules on one page of results."""

HITS = 3
"""Pages of a module that are named with what stands on them; the others are counted."""

AROUND = 60
"""Characters of a text that are shown before and after a word."""

_PLACES = ("module__title", "module__summary", "title", "text")
"""Where a word may stand, the best place first."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for in the catalogue; empty values look for everything. ``page`` counts from 1."""

    words: str = ""
    track: str = ""
    level: str = ""
    minutes: int | None = None
    network: str = ""
    page: int = 1

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "Search":
        """Out of a query string; what cannot be understood is left out, as links grow old."""
        minutes, page = _number(fields.get("minutes", "")), _number(fields.get("page", ""))
        return cls(
            words=" ".join(fields.get("q", "")[:LONGEST_QUERY].replace("\0", "").split()[:MOST_WORDS]),
            track=fields.get("track", "") if fields.get("track") in Track.values else "",
            level=fields.get("level", "") if fields.get("level") in Level.values else "",
            minutes=minutes,
            network=fields.get("network", "") if fields.get("network") in {"none", "mirror", "internet"} else "",
            page=page or 1,
        )

    @property
    def is_empty(self) -> bool:
        """Whether it looks for everything."""
        return self == Search(page=self.page)


@dataclass(frozen=True, slots=True)
class Hit:
    """A page on which words stand, and the text around them."""

    title: str
    url: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Found:
    """A module that fits; ``more`` pages have the words beside those of ``hits``."""

    module: Module
    hits: tuple[Hit, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found, ``total`` altogether, and the titles of the modules that those on it build on."""

    found: tuple[Found, ...]
    total: int
    page: int
    pages: int
    titles: Mapping[str, str]


def find(search: Search, *, size: int = PAGE_SIZE) -> Results:
    """A page of the modules that fit. A page beyond the last is the last. Three queries, with words four."""
    fitting = _fitting(search)
    words = search.words.split()
    if not words:
        total = fitting.count()
        page, pages, start = _page(search.page, total, size)
        found = tuple(Found(module) for module in fitting[start : start + size])
        return Results(found, total, page, pages, _titles(found))
    ranked, on_pages = _ranked(words, fitting)
    page, pages, start = _page(search.page, len(ranked), size)
    shown = ranked[start : start + size]
    modules = Module.objects.in_bulk(shown)
    hits = _hits([pk for module in shown for pk in on_pages[module][:HITS]], words)
    found = tuple(
        Found(modules[module], tuple(hits[pk] for pk in on_pages[module][:HITS]), more=max(0, len(on_pages[module]) - HITS))
        for module in shown
    )
    return Results(found, len(ranked), page, pages, _titles(found))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _page(wanted: int, total: int, size: int) -> tuple[int, int, int]:
    """The page, how many there are, and where it starts."""
    pages = max(1, -(-total // size))
    page = min(wanted, pages)
    return page, pages, (page - 1) * size


def _fitting(search: Search) -> "QuerySet[Module]":
    """The modules that pass the filters, whatever the words."""
    modules = offered()
    if search.track:
        # A list in JSON, as text: databases differ in how they look into one.
        modules = modules.annotate(track_words=Cast("tracks", TextField())).filter(track_words__contains=f'"{search.track}"')
    if search.level:
        modules = modules.filter(level=search.level)
    if search.minutes is not None:
        modules = modules.filter(minutes__lte=search.minutes)
    if search.network:
        unsaid = Q(needs__network__isnull=True) if search.network == "none" else Q()
        modules = modules.filter(Q(needs__network=search.network) | unsaid)
    return modules


def _ranked(words: list[str], fitting: "QuerySet[Module]") -> tuple[list[int], dict[int, list[int]]]:
    """The ids of the modules, best first; and for each the ids of its pages on which a word stands, best first. One query.

    Every word stands in the module's title or summary, or on the page. A word counts where it stands best: in the module's
    title, its summary, the page's title, the page's text; in each of them a whole word before a part of one.
    """
    pages = Page.objects.filter(module__in=fitting.values("pk")).order_by()
    on_page = Q()
    for word in words:
        here = Q(title__icontains=word) | Q(text__icontains=word)
        pages = pages.filter(here | Q(module__title__icontains=word) | Q(module__summary__icontains=word))
        on_page |= here
    ranks = {f"rank_{number}": _rank(word) for number, word in enumerate(words)}
    rows = pages.annotate(**ranks, on_page=Case(When(on_page, then=1), default=0)).values_list(
        "module_id", "pk", "on_page", "module__position", "module__slug", "position", *ranks
    )
    best: dict[int, tuple[_Rank, int, str]] = {}
    on_pages: dict[int, list[int]] = {}
    for module, pk, stands, position, slug, _, *found in sorted(rows, key=lambda row: (_order(row[6:]), row[5])):
        best.setdefault(module, (_order(found), position, slug))
        hits = on_pages.setdefault(module, [])
        if stands:
            hits.append(pk)
    return sorted(best, key=lambda module: best[module]), on_pages


_Rank = tuple[int, int]


def _order(ranks: Sequence[int]) -> _Rank:
    """Where one of the words stands best counts first: who asks for "docker run" wants the module with Docker in its title."""
    return min(ranks), sum(ranks)


def _rank(word: str) -> Case:
    whole = whole_word(word)
    cases = []
    for number, place in enumerate(_PLACES):
        cases += [When(**{f"{place}__iregex": whole}, then=2 * number), When(**{f"{place}__icontains": word}, then=2 * number + 1)]
    return Case(*cases, default=2 * len(_PLACES), output_field=IntegerField())


def whole_word(word: str) -> str:
    """A regular expression for the word as a whole, in what Python and PostgreSQL have in common."""
    return rf"(^|\W){re.escape(word)}(\W|$)"


def _hits(pages: list[int], words: list[str]) -> dict[int, Hit]:
    found = Page.objects.filter(pk__in=pages).select_related("module").only("title", "slug", "text", "module__slug")
    return {page.pk: Hit(page.title, page.get_absolute_url(), snippet(page.text, words)) for page in found}


def snippet(text: str, words: list[str]) -> str:
    """The text around all of the words in a row or, where they do not stand so, around the first that stands in it.

    Whole words before parts; nothing where none stands in it.
    """
    flat = " ".join(text.split())
    for pattern in (whole_word(" ".join(words)), *map(whole_word, words), *map(re.escape, words)):
        match = re.search(pattern, flat, flags=re.IGNORECASE)
        if match:
            start, end = max(0, match.start() - AROUND), match.end() + AROUND
            # Cut at spaces, so that no half words stand at the ends.
            start = flat.find(" ", start, match.start()) + 1 if start else 0
            last = flat.rfind(" ", match.end(), end) if end < len(flat) else len(flat)
            last = last if last > 0 else end
            return f"{'… ' if start else ''}{flat[start:last]}{' …' if last < len(flat) else ''}"
    return ""


def _titles(found: tuple[Found, ...]) -> dict[str, str]:
    """The titles of what the modules build on."""
    slugs = {slug for each in found for slug in each.module.prerequisites}
    return dict(Module.objects.filter(slug__in=slugs).values_list("slug", "title"))
