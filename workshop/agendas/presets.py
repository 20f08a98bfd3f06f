"""Agendas to start from, computed out of the catalogue as it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workshop.agendas.document import Day, Document, Item, clock, new_id
from workshop.agendas.planner import Day as Box
from workshop.agendas.planner import Infeasible, Placed, Plan, Request, Rules, Unit, catalogue_order, plan
from workshop.agendas.planner.arrange import arrange

_NINE = 9 * 60
_LATEST = 24 * 60 - 1


@dataclass(frozen=True, slots=True)
class Preset:
    """An agenda to start from; ``days`` is empty for a track, which takes as long as it takes."""

    slug: str
    title: str
    summary: str
    track: str = ""
    days: tuple[Box, ...] = ()
    closing: int = 10
    opening: int = 10


PRESETS = (
    Preset("introduction", "Introduction", "For people who have never started a container.", track="introduction"),
    Preset("advanced", "Advanced", "For people who work with containers already.", track="advanced"),
    Preset("automation", "Automation", "From a commit to production.", track="automation"),
    Preset("half-day", "Half a day", "Four hours, from 9:00 to 13:00.", days=(Box(_NINE, _NINE + 240),), closing=20),
    Preset("one-day", "One day", "Eight hours with lunch, from 9:00 to 17:00.", days=(Box(_NINE, _NINE + 480),), closing=20),
    Preset(
        "two-days", "Two days", "Twice eight hours with lunch: everything.", days=(Box(_NINE, _NINE + 480),) * 2, opening=15, closing=15
    ),
    Preset("diy", "Do it yourself", "An empty day that you fill."),
)


def preset(slug: str) -> Preset | None:
    """The preset of that name."""
    return next((item for item in PRESETS if item.slug == slug), None)


def document_for(chosen: Preset, catalogue: Iterable[Unit], *, modules: Sequence[str] = ()) -> Document:
    """The preset's agenda; for DIY the modules that were ticked, in catalogue order."""
    units = list(catalogue)
    if chosen.days:
        answer = plan(units, Request(days=chosen.days, rules=_rules(chosen)))
        assert isinstance(answer, Plan), "without must-haves everything fits"
        return from_placed(answer.items, chosen.days)
    wanted = [unit for unit in catalogue_order(units) if (chosen.track in unit.topics if chosen.track else unit.slug in modules)]
    return _as_long_as_it_takes(wanted, _rules(chosen))


def _rules(chosen: Preset) -> Rules:
    return Rules(opening=chosen.opening, closing=chosen.closing)


def _as_long_as_it_takes(units: list[Unit], rules: Rules) -> Document:
    """One day from nine that ends when its modules do; more days where they do not fit into eight hours."""
    if not units:
        return Document((Day(new_id()),))
    box = Box(_NINE, _NINE + 480)
    one = Request(days=(Box(_NINE, _NINE + rules.lunch_from),), rules=rules)
    for days in (one.days, *((box,) * number for number in range(1, 11))):
        request = replace(one, days=days, must=frozenset(unit.slug for unit in units))
        loose = [replace(unit, prerequisites=frozenset()) for unit in units]
        answer = plan(loose, request)
        if not isinstance(answer, Infeasible):
            return _tight(from_placed(arrange(loose, request), days))
    return from_placed(tuple(Placed("module", 0, _NINE, unit.minutes, unit.slug) for unit in units), (box,))


def _tight(document: Document) -> Document:
    """Each day ends with its last item."""
    days = []
    for day in document.days:
        minutes = _NINE + sum(item.minutes for item in day.items)
        days.append(replace(day, end=clock(min(minutes, _LATEST))))
    return Document(tuple(days))


def from_placed(items: Iterable[Placed], boxes: Sequence[Box]) -> Document:
    """A plan as a document: the planner's opening, closing and waiting become items of the trainer's own."""
    placed = list(items)
    days = []
    for number, box in enumerate(boxes):
        here = tuple(_item(item) for item in placed if item.day == number)
        days.append(Day(new_id(), clock(box.start), clock(min(box.end, _LATEST)), items=here))
    return Document(tuple(days))


def _item(item: Placed) -> Item:
    if item.kind == "module":
        return Item(new_id(), "module", item.minutes, module=item.slug)
    if item.kind in {"break", "lunch"}:
        return Item(new_id(), "lunch" if item.kind == "lunch" else "break", item.minutes)
    titles = {"opening": "Welcome", "closing": "Questions and closing", "wait": "Open labs"}
    return Item(new_id(), "custom", item.minutes, title=titles[item.kind])
