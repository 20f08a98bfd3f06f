"""What is wrong with an agenda, in words, each with the changes that would mend it. Pure.

Nothing here refuses anything: a track may assume what people know, and a trainer may know better.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workshop.agendas.document import Document, Item, minutes_of
from workshop.agendas.operations import Operation, find_item
from workshop.agendas.planner import Rules
from workshop.agendas.schedule import DayPlan, schedule


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What is known of a module."""

    slug: str
    title: str
    minutes: int
    prerequisites: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends a conflict, and what its button says."""

    label: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something to look at: ``kind`` is a stable word, ``item`` or ``day`` the id of what it is about."""

    kind: str
    sentence: str
    item: str = ""
    day: str = ""
    fixes: tuple[Fix, ...] = field(default=())


def conflicts(document: Document, modules: Mapping[str, ModuleFacts], rules: Rules | None = None) -> list[Conflict]:
    """Everything that is wrong, in the order of the agenda."""
    rules = rules or Rules()
    found = [conflict for day in schedule(document) for conflict in _of_day(day, rules)]
    return [*_of_modules(document, modules), *found]


# --- Modules ---------------------------------------------------------------------------------------


def _of_modules(document: Document, modules: Mapping[str, ModuleFacts]) -> Iterator[Conflict]:
    seen: dict[str, Item] = {}
    for item in document.items():
        if item.kind != "module":
            continue
        facts = modules.get(item.module)
        if facts is None:
            remove = Fix("Remove it", {"type": "remove_item", "item": item.id})
            yield Conflict("unknown", f"There is no module called {item.module}.", item=item.id, fixes=(remove,))
            continue
        yield from _of_module(document, item, facts, modules, seen)
        seen.setdefault(item.module, item)


def _of_module(
    document: Document, item: Item, facts: ModuleFacts, modules: Mapping[str, ModuleFacts], seen: Mapping[str, Item]
) -> Iterator[Conflict]:
    if facts.withdrawn:
        remove = Fix("Remove it", {"type": "remove_item", "item": item.id})
        yield Conflict("withdrawn", f"{facts.title} is not offered any more.", item=item.id, fixes=(remove,))
    parts = [other for other in document.items() if other.module == item.module]
    if item.module not in seen:
        yield from _prerequisites(document, item, facts, modules, seen)
        total = sum(part.minutes for part in parts)
        if total < facts.minutes and not any(part.pages for part in parts):
            last = parts[-1]
            fix = Fix(
                "Give it its time", {"type": "update_item", "item": last.id, "fields": {"minutes": last.minutes + facts.minutes - total}}
            )
            yield Conflict("short", f"{facts.title} takes {facts.minutes} minutes and has {total}.", item=item.id, fixes=(fix,))
    elif seen[item.module].minutes >= facts.minutes:
        remove = Fix("Remove the second one", {"type": "remove_item", "item": item.id})
        yield Conflict("twice", f"{facts.title} is in it twice.", item=item.id, fixes=(remove,))


def _prerequisites(
    document: Document, item: Item, facts: ModuleFacts, modules: Mapping[str, ModuleFacts], seen: Mapping[str, Item]
) -> Iterator[Conflict]:
    later = {other.module: other for other in reversed(list(document.items())) if other.kind == "module"}
    for slug in facts.prerequisites:
        need = modules.get(slug)
        if slug in seen or need is None:
            continue
        day, index, _ = find_item(document, item.id)
        if slug in later:
            move = {"type": "move_item", "item": later[slug].id, "day": day.id, "index": index}
            fix = Fix(f"Move {need.title} before {facts.title}", move)
            yield Conflict("order", f"{facts.title} builds on {need.title}, which comes after it.", item=item.id, fixes=(fix,))
        else:
            new = {"kind": "module", "module": slug, "minutes": need.minutes}
            fix = Fix(f"Add {need.title} before it", {"type": "add_item", "day": day.id, "index": index, "item": new})
            yield Conflict("assumes", f"{facts.title} assumes: {need.title}.", item=item.id, fixes=(fix,))


# --- Days ------------------------------------------------------------------------------------------


def _of_day(plan: DayPlan, rules: Rules) -> Iterator[Conflict]:
    yield from _stretches(plan, rules)
    day = plan.day
    # What counts is how long people are there: a day with room in the afternoon may be over before lunch.
    if plan.minutes > rules.lunch_from and not any(slot.item.kind == "lunch" for slot in plan.slots):
        new = {"kind": "lunch", "minutes": rules.lunch_minutes}
        fix = Fix("Add lunch", {"type": "add_item", "day": day.id, "index": _lunch_place(plan, rules), "item": new})
        yield Conflict(
            "lunch", f"Day {plan.number} is longer than {rules.lunch_from // 60} hours and has no lunch.", day=day.id, fixes=(fix,)
        )
    if plan.overrun:
        yield Conflict("over", f"Day {plan.number} is over time by {plan.overrun} minutes.", day=day.id, fixes=tuple(_shorten(plan)))


def _stretches(plan: DayPlan, rules: Rules) -> Iterator[Conflict]:
    stretch = 0
    for index, slot in enumerate(plan.slots):
        if slot.item.kind in {"break", "lunch"}:
            stretch = 0
            continue
        if slot.item.kind == "custom" and index in {0, len(plan.slots) - 1}:
            continue  # a welcome or a closing is not work that wants a break, as the planner has it too
        before, stretch = stretch, stretch + slot.item.minutes
        if before and stretch > rules.longest_stretch >= before:
            new = {"kind": "break", "minutes": rules.break_minutes}
            fix = Fix("Add a break before it", {"type": "add_item", "day": plan.day.id, "index": index, "item": new})
            sentence = f"At {slot.ends} on day {plan.number} there has been no break for {stretch} minutes."
            yield Conflict("break", sentence, item=slot.item.id, fixes=(fix,))


def _lunch_place(plan: DayPlan, rules: Rules) -> int:
    """Where lunch would be nearest to its hour."""
    edges = [minutes_of(plan.day.start), *(slot.end for slot in plan.slots)]
    return min(range(len(edges)), key=lambda index: abs(edges[index] - rules.lunch_ideal))


def _shorten(plan: DayPlan) -> Iterator[Fix]:
    ends = minutes_of(plan.day.end) + plan.overrun
    if ends < 24 * 60:
        time = f"{ends // 60:02d}:{ends % 60:02d}"
        yield Fix(f"End the day at {time}", {"type": "update_day", "day": plan.day.id, "fields": {"end": time}})
    last = plan.slots[-1].item
    yield Fix("Remove the last item", {"type": "remove_item", "item": last.id})
