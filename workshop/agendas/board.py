"""What the builder shows: days with times, items with names and conflicts, the catalogue, undo."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """The whole agenda; ``unused`` are the modules that are offered and not in it, ``used`` those that are."""

    columns: tuple[Column, ...]
    conflicts: tuple[Conflict, ...]
    minutes: int
    unused: tuple[Module, ...]
    used: tuple[Module, ...]
    modules: dict[str, Module]


def board(document: Document) -> Board:
    """Everything about a document, with one query for the modules."""
    modules = {module.slug: module for module in Module.objects.defer("authors", "helps", "needs")}
    known = facts(modules.values())
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
    in_it = set(document.modules())
    offered = [module for module in modules.values() if not module.withdrawn]
    unused = tuple(module for module in offered if module.slug not in in_it)
    used = tuple(module for module in offered if module.slug in in_it)
    return Board(columns, tuple(found), module_minutes(document), unused, used, modules)


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


def context(agenda: Agenda, person: "User") -> dict[str, object]:
    """The template context of the builder's board, for somebody who may edit."""
    undo, redo = editing.undoable(agenda, person), editing.redoable(agenda, person)
    return {
        "agenda": agenda,
        "board": board(agenda.document),
        "proofs": summaries(),
        "can_undo": undo is not None,
        "can_redo": redo is not None,
        "new_items": NEW_ITEMS,
    }
