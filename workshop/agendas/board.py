"""What the builder shows: days with times, items with names and conflicts, the catalogue, undo."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from labs.proof import summaries
from workshop.agendas import editing
from workshop.agendas.catalogue import facts
from workshop.agendas.conflicts import Conflict, conflicts
from workshop.agendas.document import Document
from workshop.agendas.exports import title_of
from workshop.agendas.models import Agenda
from workshop.agendas.planner import Rules
from workshop.agendas.schedule import DayPlan, Slot, module_minutes, schedule
from workshop.curriculum.models import Module
from workshop.curriculum.queries import offered
from workshop.curriculum.search import LONGEST_QUERY

if TYPE_CHECKING:
    from workshop.accounts.models import User


_RULES = Rules()
NEW_ITEMS = {
    "break": {"kind": "break", "minutes": _RULES.break_minutes},
    "lunch": {"kind": "lunch", "minutes": _RULES.lunch_minutes},
    "custom": {"kind": "custom", "minutes": 30},
}
"""What the builder's buttons add to a day, beside modules."""


@dataclass(frozen=True, slots=True)
class PageChoice:
    """A page of an item's module, and whether it is taught."""

    slug: str
    title: str
    minutes: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An item with all that is shown of it; ``part`` is "1 of 2" for a module in parts, ``following`` the next part's id."""

    slot: Slot
    title: str
    module: Module | None
    conflicts: tuple[Conflict, ...]
    pages: tuple["PageChoice", ...] = ()
    part: str = ""
    following: str = ""

    @property
    def half(self) -> int:
        """What a split suggests for the first part: half of it, in steps of five minutes where that leaves both parts some."""
        rough = self.slot.item.minutes // 10 * 5
        return rough or max(1, self.slot.item.minutes // 2)

    @property
    def chosen_pages(self) -> tuple["PageChoice", ...]:
        """The pages that are taught, where some are left out; else none."""
        return tuple(page for page in self.pages if page.chosen) if self.slot.item.pages else ()


@dataclass(frozen=True, slots=True)
class Column:
    """A day with all that is shown of it; ``before`` and ``after`` are the ids of its neighbours."""

    plan: DayPlan
    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The whole agenda; ``used`` are the slugs of the modules in it, each once."""

    columns: tuple[Column, ...]
    conflicts: tuple[Conflict, ...]
    minutes: int
    used: tuple[str, ...]


def board(document: Document) -> Board:
    """Everything about a document; a query for its modules, and one for what those build on and is not in it."""
    used = tuple(dict.fromkeys(document.modules()))
    modules = {module.slug: module for module in Module.objects.defer("authors", "helps", "needs").filter(slug__in=used)}
    missing = {slug for module in modules.values() for slug in module.prerequisites} - modules.keys()
    known = facts(
        [*modules.values(), *Module.objects.filter(slug__in=missing).only("slug", "title", "minutes", "prerequisites", "withdrawn")]
    )
    found = conflicts(document, known)
    parts = _parts(document)
    plans = schedule(document)
    ids = ["", *(plan.day.id for plan in plans), ""]
    columns = tuple(
        Column(
            plan=plan,
            rows=tuple(_row(slot, modules, title_of(slot.item, known), found, parts) for slot in plan.slots),
            conflicts=tuple(conflict for conflict in found if conflict.day == plan.day.id),
            before=ids[number],
            after=ids[number + 2],
        )
        for number, plan in enumerate(plans)
    )
    return Board(columns, tuple(found), module_minutes(document), used)


def _row(slot: Slot, modules: dict[str, Module], title: str, found: list[Conflict], parts: dict[str, list[str]]) -> Row:
    item = slot.item
    module = modules.get(item.module)
    same = parts.get(item.module, [item.id])
    at = same.index(item.id)
    return Row(
        slot=slot,
        title=title,
        module=module,
        conflicts=tuple(conflict for conflict in found if conflict.item == item.id),
        pages=_pages(module, item.pages),
        part=f"{at + 1} of {len(same)}" if len(same) > 1 else "",
        following=same[at + 1] if at + 1 < len(same) else "",
    )


def _parts(document: Document) -> dict[str, list[str]]:
    """The ids of the items of each module, in order."""
    parts: dict[str, list[str]] = {}
    for item in document.items():
        if item.kind == "module":
            parts.setdefault(item.module, []).append(item.id)
    return parts


def _pages(module: Module | None, chosen: tuple[str, ...]) -> tuple[PageChoice, ...]:
    if module is None:
        return ()
    return tuple(PageChoice(page["slug"], page["title"], page["minutes"], not chosen or page["slug"] in chosen) for page in module.outline)


OFFERED = 30
"""Modules that the catalogue beside the days shows at once; the others are found by their words."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The catalogue beside the days: ``unused`` modules before those that are in the agenda; ``more`` are offered and not shown."""

    unused: tuple[Module, ...]
    used: tuple[Module, ...]
    more: int
    find: str = ""


def offer(document: Document, find: str = "") -> Offer:
    """The modules that are offered and have all of the words in title, summary or tracks. Two queries."""
    modules = offered().annotate(track_words=Cast("tracks", TextField()))
    for word in find[:LONGEST_QUERY].replace("\0", "").split():
        modules = modules.filter(Q(title__icontains=word) | Q(summary__icontains=word) | Q(track_words__icontains=word))
    shown = modules.only("slug", "title", "summary", "minutes", "tracks", "position")
    in_it = document.modules()
    unused = list(shown.exclude(slug__in=in_it)[:OFFERED])
    used = tuple(shown.filter(slug__in=in_it))
    more = modules.exclude(slug__in=in_it).count() - OFFERED if len(unused) == OFFERED else 0
    return Offer(tuple(unused), used, more, find)


def catalogue_context(document: Document, find: str) -> dict[str, object]:
    """The template context of the catalogue beside the days: what is offered, and what is proved of that."""
    found = offer(document, find)
    return {"offer": found, "proofs": summaries([module.slug for module in (*found.unused, *found.used)])}


def context(agenda: Agenda, person: "User") -> dict[str, object]:
    """The template context of the builder's board, for somebody who may edit."""
    undo, redo = editing.undoable(agenda, person), editing.redoable(agenda, person)
    return {
        "agenda": agenda,
        "board": board(agenda.document),
        "can_undo": undo is not None,
        "can_redo": redo is not None,
        "new_items": NEW_ITEMS,
    }
