"""Where modules may lie in their days: all the ways that matter, one module at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workshop.agendas.planner.model import Day, Request, Rules, Unit


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A moment at which a module has just ended: day, clock, minutes since the last rest, whether lunch was had."""

    day: int
    clock: int
    stretch: int
    lunched: bool


class Layout:
    """The days of a request and the rules between modules."""

    def __init__(self, request: Request, units: Iterable[Unit]) -> None:
        # A module that is longer than any stretch may be stands alone, and makes one as long as itself.
        self._longest = max([request.rules.longest_stretch, *(unit.minutes for unit in units)])
        self._rooms: dict[Point, int] = {}
        self.days: Sequence[Day] = request.days
        self.rules: Rules = request.rules
        self._lunch = [self.rules.has_lunch(day) for day in self.days]

    def begin(self) -> frozenset[Point]:
        """Before the first module."""
        return frozenset({self._open(0)}) if self.days else frozenset()

    def _open(self, day: int) -> Point:
        return Point(day, self.days[day].start + self.rules.opening, 0, not self._lunch[day])

    def limit(self, point: Point) -> int:
        """The latest clock at which a module may end on the point's day, with lunch still to come or not."""
        day = self.days[point.day]
        return day.end - self.rules.closing - (0 if point.lunched else self.rules.lunch_minutes)

    def rests(self, point: Point) -> Iterable[tuple[Point, tuple[str, ...]]]:
        """The points from which the next module may start, and what comes before: nothing, a break, lunch, a night."""
        yield point, ()
        if point.stretch:
            yield Point(point.day, point.clock + self.rules.break_minutes, 0, point.lunched), ("break",)
        first, last = self.rules.lunch_window
        if not point.lunched and point.clock <= last:
            after = max(point.clock, first) + self.rules.lunch_minutes
            yield Point(point.day, after, 0, True), ("wait", "lunch") if point.clock < first else ("lunch",)
        if point.day + 1 < len(self.days):
            yield from ((start, ("night", *what)) for start, what in self.rests(self._open(point.day + 1)))

    def place(self, point: Point, minutes: int) -> Point | None:
        """The point after a module that starts at ``point``; None where it does not fit."""
        if point.stretch and point.stretch + minutes > self.rules.longest_stretch:
            return None
        after = Point(point.day, point.clock + minutes, point.stretch + minutes, point.lunched)
        return after if self._may_end(after) else None

    def _may_end(self, point: Point) -> bool:
        if point.lunched:
            return point.clock <= self.limit(point)
        # Lunch must still be possible: within its window, and before the day ends.
        first, last = self.rules.lunch_window
        return point.clock <= last and max(point.clock, first) + self.rules.lunch_minutes + self.rules.closing <= self.days[point.day].end

    def add(self, points: frozenset[Point], minutes: int) -> frozenset[Point]:
        """All points after one more module, without those that another is at least as good as."""
        after = {end for point in points for start, _ in self.rests(point) if (end := self.place(start, minutes)) is not None}
        return frozenset(point for point in after if not any(better(other, point) for other in after))

    def fits(self, units: Iterable[Unit]) -> bool:
        """Whether the modules fit, in this order."""
        points = self.begin()
        for unit in units:
            points = self.add(points, unit.minutes)
        return bool(points)

    def room(self, point: Point) -> int:
        """No more minutes of modules than this can come after the point: an upper bound."""
        rest = self._room_today(point)
        return rest + sum(self._room_today(self._open(day)) for day in range(point.day + 1, len(self.days)))

    def _room_today(self, point: Point) -> int:
        if point not in self._rooms:
            self._rooms[point] = self._count_room(point)
        return self._rooms[point]

    def _count_room(self, point: Point) -> int:
        left = max(0, self.limit(point) - point.clock)
        # Breaks cut what is left into stretches; a lunch that is still to come stands for one of them.
        free = 0 if point.lunched else 1
        for minutes in range(left, 0, -1):
            breaks = max(0, -(-(point.stretch + minutes) // self._longest) - 1 - free)
            if minutes + breaks * self.rules.break_minutes <= left:
                return minutes
        return 0


def better(one: Point, other: Point) -> bool:
    """Whether whatever can follow the other can follow this one as well.

    From an earlier day one can always go on to the next morning, which is before everything else of that day.
    """
    if one == other or one.day > other.day:
        return False
    return one.day < other.day or (one.clock <= other.clock and one.stretch <= other.stretch and one.lunched >= other.lunched)
