"""A request, answered: the candidates, the search, the layout, and the reasons."""

from collections.abc import Iterable, Mapping, Sequence

from workshop.agendas.planner.arrange import arrange
from workshop.agendas.planner.layout import Layout
from workshop.agendas.planner.model import Day, Infeasible, Level, Plan, Request, Unit
from workshop.agendas.planner.search import Search

_DAY = 24 * 60


def plan(catalogue: Iterable[Unit], request: Request) -> Plan | Infeasible:
    """The best agenda out of a catalogue, or by how much the must-haves do not fit and what to drop.

    Raises ValueError where a must-have is no module, or a prerequisite is missing or needs itself.
    """
    units = catalogue_order(catalogue)
    by_slug = {unit.slug: unit for unit in units}
    if unknown := sorted(request.must - by_slug.keys()):
        raise ValueError(f"{unknown[0]} is not in the catalogue")
    forced = closure(request.must, by_slug, request.known)
    # More modules never make room: where those that must be in do not fit by themselves, nothing does.
    if not Layout(request, units).fits([unit for unit in units if unit.slug in forced]):
        return _infeasible(units, by_slug, request, forced)
    candidates = _candidates(units, request, forced)
    chosen = Search(candidates, request, forced).run()
    assert chosen is not None
    taken = [candidates[index] for index in chosen]
    slugs = {unit.slug for unit in taken}
    reached = tuple(goal for goal in request.goals if any(goal == unit.slug or goal in unit.topics for unit in taken))
    return Plan(items=arrange(taken, request), goals=reached, left_out=_reasons(units, by_slug, request, slugs, candidates))


def catalogue_order(catalogue: Iterable[Unit]) -> list[Unit]:
    """By position, and never before a prerequisite. Raises ValueError for a prerequisite that is missing or needs itself."""
    waiting = sorted(catalogue, key=lambda unit: (unit.position, unit.slug))
    known = {unit.slug for unit in waiting}
    for unit in waiting:
        if missing := sorted(unit.prerequisites - known):
            raise ValueError(f"{unit.slug} needs {missing[0]}, which is not in the catalogue")
    ordered: list[Unit] = []
    done: set[str] = set()
    while waiting:
        following = next((unit for unit in waiting if unit.prerequisites <= done), None)
        if following is None:
            raise ValueError(f"{waiting[0].slug} needs itself")
        waiting.remove(following)
        ordered.append(following)
        done.add(following.slug)
    return ordered


def closure(slugs: Iterable[str], by_slug: Mapping[str, Unit], known: frozenset[str]) -> frozenset[str]:
    """The modules and all that they build on, without what is known; a module asked for by name is taught all the same."""
    found: set[str] = set()
    waiting = list(slugs)
    while waiting:
        slug = waiting.pop()
        if slug not in found:
            found.add(slug)
            waiting += [need for need in by_slug[slug].prerequisites if need not in known]
    return frozenset(found)


def _candidates(units: Sequence[Unit], request: Request, forced: frozenset[str]) -> list[Unit]:
    """The modules that may be taken, with only those prerequisites that must be taught."""
    last = next((number for number, unit in enumerate(units) if unit.slug == request.finish), len(units))
    wanted = forced | _wanted(units, request)
    kept = [
        unit
        for number, unit in enumerate(units)
        if unit.slug in forced
        or (number <= last and unit.slug not in request.known and (unit.slug in wanted or _suits(unit, request.level)))
    ]
    names = {unit.slug for unit in kept}
    reduced = [_with(unit, unit.prerequisites - request.known) for unit in kept]
    # A module whose prerequisite is no candidate is none either.
    while any(not unit.prerequisites <= names for unit in reduced):
        reduced = [unit for unit in reduced if unit.prerequisites <= names]
        names = {unit.slug for unit in reduced}
    return reduced


def _wanted(units: Sequence[Unit], request: Request) -> frozenset[str]:
    """What reaches a goal, with what it builds on: wanted whatever its level."""
    by_slug = {unit.slug: unit for unit in units}
    reaching = [unit.slug for unit in units for goal in request.goals if goal == unit.slug or goal in unit.topics]
    return closure(reaching, by_slug, request.known)


def _suits(unit: Unit, level: Level) -> bool:
    """Whether a module suits people of a level without being asked for: at most one level above."""
    return unit.level <= level + 1


def _with(unit: Unit, prerequisites: frozenset[str]) -> Unit:
    return Unit(unit.slug, unit.minutes, unit.position, prerequisites, unit.topics, unit.level, unit.title)


# --- What to say -----------------------------------------------------------------------------------


def _infeasible(units: Sequence[Unit], by_slug: Mapping[str, Unit], request: Request, forced: frozenset[str]) -> Infeasible:
    over = _over([unit for unit in units if unit.slug in forced], request)
    drop = []
    for slug in sorted(request.must, key=lambda s: (by_slug[s].minutes, by_slug[s].position)):
        gone = frozenset(m for m in request.must if slug in closure([m], by_slug, request.known))
        rest = closure(request.must - gone, by_slug, request.known)
        if Layout(request, units).fits([unit for unit in units if unit.slug in rest]):
            drop.append(tuple(sorted(gone, key=lambda s: by_slug[s].position)))
    choices = " or ".join(" and ".join(by_slug[slug].name for slug in group) for group in dict.fromkeys(drop))
    advice = f"Leave out {choices}, or make more time." if drop else "Leave out several of them, or make more time."
    return Infeasible(
        over=over, drop=tuple(dict.fromkeys(drop)), sentence=f"What must be in takes {over} minutes more than there are. {advice}"
    )


def _over(units: Sequence[Unit], request: Request) -> int:
    """By how many minutes the last day would have to be longer; found by halving."""
    if not request.days:
        return sum(unit.minutes for unit in units)
    *days, last = request.days
    low, high = 0, 1
    while not _fits_with(units, request, (*days, Day(last.start, last.end + high))):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if _fits_with(units, request, (*days, Day(last.start, last.end + middle))):
            high = middle
        else:
            low = middle
    return high


def _fits_with(units: Sequence[Unit], request: Request, days: tuple[Day, ...]) -> bool:
    longer = Request(days=days, rules=request.rules)
    return Layout(longer, units).fits(units)


def _reasons(
    units: Sequence[Unit], by_slug: Mapping[str, Unit], request: Request, taken: set[str], candidates: Sequence[Unit]
) -> dict[str, str]:
    possible = {unit.slug for unit in candidates}
    order = [unit.slug for unit in units]
    reasons = {}
    for unit in units:
        if unit.slug in taken:
            continue
        if unit.slug in request.known:
            reasons[unit.slug] = "They know it already."
        elif request.finish in order and order.index(unit.slug) > order.index(request.finish):
            reasons[unit.slug] = f"It comes after {by_slug[request.finish].name}, where the agenda is to end."
        elif unit.slug not in possible:
            reasons[unit.slug] = f"It is {unit.level.name.lower()}, or builds on a module that is."
        else:
            reasons[unit.slug] = _no_room(unit, by_slug, request, taken)
    return reasons


def _no_room(unit: Unit, by_slug: Mapping[str, Unit], request: Request, taken: set[str]) -> str:
    needed = [by_slug[slug] for slug in closure([unit.slug], by_slug, request.known) - taken - {unit.slug}]
    if needed:
        names = ", ".join(need.name for need in sorted(needed, key=lambda need: need.position))
        return f"It builds on {names}, and there is no room for {unit.minutes + sum(need.minutes for need in needed)} more minutes."
    return f"There is no room for {unit.minutes} more minutes without leaving out something that fills the time better."
