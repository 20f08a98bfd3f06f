"""The nicest layout of modules that are known to fit: short stretches, lunch at its hour, few breaks."""

from collections.abc import Sequence

from workshop.agendas.planner.layout import Layout, Point
from workshop.agendas.planner.model import Placed, Request, Rules, Unit

Cost = tuple[int, int, int, int, int]
"""Minutes beyond a comfortable stretch, lunch's distance from its hour, breaks, day and clock of the end."""

_Path = tuple["_Path | None", Point, tuple[str, ...], Unit | None]


def arrange(units: Sequence[Unit], request: Request) -> tuple[Placed, ...]:
    """Every item of every day that is used. The modules must fit in this order (Layout.fits)."""
    layout = Layout(request, units)
    best: dict[Point, tuple[Cost, _Path]] = {point: ((0, 0, 0, 0, 0), (None, point, (), None)) for point in layout.begin()}
    for unit in units:
        best = _next(layout, best, unit)
    _, path = min(best.values(), key=lambda item: item[0])
    return _items(path, request)


def _next(layout: Layout, best: dict[Point, tuple[Cost, _Path]], unit: Unit) -> dict[Point, tuple[Cost, _Path]]:
    found: dict[Point, tuple[Cost, _Path]] = {}
    for point, (cost, path) in best.items():
        for start, rests in layout.rests(point):
            end = layout.place(start, unit.minutes)
            if end is None:
                continue
            new = _add(layout.rules, cost, start, end, rests)
            if end not in found or new < found[end][0]:
                found[end] = (new, (path, end, rests, unit))
    return found


def _add(rules: Rules, cost: Cost, start: Point, end: Point, rests: tuple[str, ...]) -> Cost:
    tired, lunch, breaks, _, _ = cost
    tired += max(0, end.stretch - max(rules.comfortable_stretch, start.stretch))
    if "lunch" in rests:
        lunch += abs(start.clock - rules.lunch_minutes - rules.lunch_ideal)
    return tired, lunch, breaks + rests.count("break"), end.day, end.clock


def _items(path: _Path, request: Request) -> tuple[Placed, ...]:
    steps: list[tuple[Point, tuple[str, ...], Unit]] = []
    current: _Path | None = path
    while current is not None:
        previous, point, rests, unit = current
        if unit is not None:
            steps.append((point, rests, unit))
        current = previous
    return tuple(_unfold(list(reversed(steps)), request))


def _unfold(steps: list[tuple[Point, tuple[str, ...], Unit]], request: Request) -> list[Placed]:
    rules, items = request.rules, [_opening(request, 0)] if steps else []
    for point, rests, unit in steps:
        start = point.clock - unit.minutes
        for rest in rests:
            if rest == "night":
                items += [_closing(items, rules), _opening(request, items[-1].day + 1)]
            elif rest == "break":
                items.append(Placed("break", point.day, items[-1].end, rules.break_minutes))
            elif rest == "lunch":
                items.append(Placed("lunch", point.day, start - rules.lunch_minutes, rules.lunch_minutes))
            elif rest == "wait":
                items.append(Placed("wait", point.day, items[-1].end, start - rules.lunch_minutes - items[-1].end))
        items.append(Placed("module", point.day, start, unit.minutes, unit.slug))
    if items:
        items.append(_closing(items, rules))
    return [item for item in items if item.minutes]


def _opening(request: Request, day: int) -> Placed:
    return Placed("opening", day, request.days[day].start, request.rules.opening)


def _closing(items: list[Placed], rules: Rules) -> Placed:
    return Placed("closing", items[-1].day, items[-1].end, rules.closing)
