"""The exact search: which modules are taken.

It walks through the catalogue in order and decides on each module, taking it first. A branch is left when
not even the best that could still come beats what has been found. Two branches that have come to the
same place (same modules still possible, same goals, same moments) are walked once, unless the second has more minutes:
the first holds the modules that come first in the catalogue, which is what decides between equals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd

from workshop.agendas.planner.layout import Layout, Point
from workshop.agendas.planner.model import Request, Unit

_NEVER = 1 << 30

Score = tuple[tuple[bool, ...], int]
"""Goals reached, in their order, and minutes of modules: compared like this, the greater is the better."""


@dataclass(frozen=True, slots=True)
class _Node:
    index: int
    points: frozenset[Point]
    possible: int
    minutes: int
    goals: int


class Search:
    """One run over a catalogue in order; ``units`` are the candidates, ``forced`` those that must be taken."""

    def __init__(self, units: Sequence[Unit], request: Request, forced: frozenset[str]) -> None:
        self._units = units
        self._layout = Layout(request, units)
        self._forced = [unit.slug in forced for unit in units]
        self._forced_bits = sum(1 << index for index, is_forced in enumerate(self._forced) if is_forced)
        # Minutes of the forced modules from each index on: room that nothing else may take.
        self._reserved = [sum(u.minutes for u, f in zip(units[i:], self._forced[i:], strict=True) if f) for i in range(len(units) + 1)]
        self._goals = [_members(units, goal) for goal in request.goals]
        self._dependents = _dependents(units)
        self._closures = _closures(units)
        self._needed: dict[tuple[int, int], int] = {}
        self._step = reduce(gcd, (unit.minutes for unit in units), 0) or 1
        self._best: Score = ((), -1)
        self._chosen: list[int] = []
        self.found: tuple[int, ...] | None = None
        self._seen: dict[tuple[int, int, int, frozenset[Point]], int] = {}

    def run(self) -> tuple[int, ...] | None:
        """The indexes of the best choice, None where the forced ones do not fit."""
        self._walk(_Node(0, self._layout.begin(), (1 << len(self._units)) - 1, 0, 0))
        return self.found

    def _walk(self, node: _Node) -> None:
        place = (node.index, node.possible, node.goals, node.points)
        if not node.points or self._seen.get(place, -1) >= node.minutes:
            return
        self._seen[place] = node.minutes
        if node.index == len(self._units):
            self._record(node)
            return
        bound = self._bound(node)
        if bound is None or bound <= self._best:
            return
        bit = 1 << node.index
        if node.possible & bit:
            self._take(node, bit)
        if not self._forced[node.index]:
            gone = node.possible & (bit | self._dependents[node.index])
            self._walk(_Node(node.index + 1, node.points, node.possible & ~gone, node.minutes, node.goals))

    def _take(self, node: _Node, bit: int) -> None:
        unit = self._units[node.index]
        points = self._layout.add(node.points, unit.minutes)
        goals = node.goals
        for number, members in enumerate(self._goals):
            if members & bit:
                goals |= 1 << number
        self._chosen.append(node.index)
        # What is behind us no longer matters: with its bit gone, equal places look equal.
        self._walk(_Node(node.index + 1, points, node.possible & ~bit, node.minutes + unit.minutes, goals))
        self._chosen.pop()

    def _record(self, node: _Node) -> None:
        score = self._score(node.goals, node.minutes)
        if score > self._best:
            self._best, self.found = score, tuple(self._chosen)

    def _score(self, goals: int, minutes: int) -> Score:
        return tuple(bool(goals >> number & 1) for number in range(len(self._goals))), minutes

    def _bound(self, node: _Node) -> Score | None:
        """Nothing that follows is better than this; None where the forced modules cannot follow at all."""
        reserved = self._reserved[node.index]
        room = max(self._layout.room(point) for point in node.points) - reserved
        if room < 0:
            return None
        goals = node.goals
        for number in range(len(self._goals)):
            if not goals >> number & 1 and self._cheapest(number, node) <= room:
                goals |= 1 << number
        free = (node.possible & ~self._forced_bits) >> node.index << node.index
        return self._score(goals, node.minutes + reserved + self._most(free, room))

    def _cheapest(self, goal: int, node: _Node) -> int:
        """The fewest minutes, beside the forced modules, that reach a goal from here; more than any room where nothing does."""
        bits = self._goals[goal] & node.possible
        fewest = _NEVER
        while bits:
            low = bits & -bits
            fewest = min(fewest, self._still_needed(node.index, low.bit_length() - 1))
            bits ^= low
        return fewest

    def _still_needed(self, index: int, unit: int) -> int:
        key = index, unit
        if key not in self._needed:
            needs = (self._closures[unit] & ~self._forced_bits) >> index << index
            self._needed[key] = sum(self._units[number].minutes for number in range(index, len(self._units)) if needs >> number & 1)
        return self._needed[key]

    def _most(self, possible: int, room: int) -> int:
        """The greatest sum of minutes of possible modules that is not above ``room``."""
        limit = room // self._step
        mask = (1 << limit + 1) - 1
        sums = 1
        while possible:
            low = possible & -possible
            sums |= sums << self._units[low.bit_length() - 1].minutes // self._step & mask
            if sums >> limit & 1:
                break
            possible ^= low
        return (sums.bit_length() - 1) * self._step


def _members(units: Sequence[Unit], goal: str) -> int:
    """The modules that reach a goal, as bits."""
    return sum(1 << index for index, unit in enumerate(units) if goal == unit.slug or goal in unit.topics)


def _closures(units: Sequence[Unit]) -> list[int]:
    """For each module itself and all that it builds on, directly or not, as bits."""
    index: Mapping[str, int] = {unit.slug: number for number, unit in enumerate(units)}
    found: list[int] = []
    for number, unit in enumerate(units):
        found.append(reduce(lambda bits, slug: bits | found[index[slug]], unit.prerequisites, 1 << number))
    return found


def _dependents(units: Sequence[Unit]) -> list[int]:
    """For each module all that build on it, directly or not, as bits."""
    index: Mapping[str, int] = {unit.slug: number for number, unit in enumerate(units)}
    found = [0] * len(units)
    for number in reversed(range(len(units))):
        for slug in units[number].prerequisites:
            if slug in index:
                found[index[slug]] |= 1 << number | found[number]
    return found
