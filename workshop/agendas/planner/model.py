"""What the planner is asked and what it answers. Pure data; times are minutes since midnight.

The model, which the search solves exactly:

* The modules of an agenda stand in *catalogue order*: by position, and never before a prerequisite.
* Within a day nobody works longer than ``longest_stretch`` minutes without a break or lunch; a single module
  that is longer stands alone.
* A day longer than ``lunch_from`` minutes has a lunch that starts within ``lunch_window``, at the end of a module
  or after a wait, if the window lies in the day.
* ``opening`` minutes come first on each day, ``closing`` minutes last.
* A module is not split, and is taken only with its prerequisites, unless those are *known*.

Among the choices that fit, the best one is, in this order of importance: all must-haves; the goals, the first
goal before all others; the most minutes of modules; the modules that come first in the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How much a module expects."""

    BEGINNER = 0
    INTERMEDIATE = 1
    ADVANCED = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A module as the planner sees it."""

    slug: str
    minutes: int
    position: int = 0
    prerequisites: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    level: Level = Level.BEGINNER
    title: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.title or self.slug


@dataclass(frozen=True, slots=True)
class Day:
    """One day's box."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Minutes from start to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Rules:
    """How a day is cut up; all in minutes."""

    break_minutes: int = 15
    longest_stretch: int = 120
    comfortable_stretch: int = 90
    lunch_minutes: int = 60
    lunch_from: int = 300
    lunch_window: tuple[int, int] = (11 * 60 + 30, 13 * 60 + 30)
    lunch_ideal: int = 12 * 60 + 15
    opening: int = 10
    closing: int = 10

    def has_lunch(self, day: Day) -> bool:
        """Whether a day has a lunch: it is long, and a lunch can start within the window."""
        first, last = self.lunch_window
        begin = day.start + self.opening
        return day.length > self.lunch_from and begin <= last and max(begin, first) + self.lunch_minutes + self.closing <= day.end


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants: the box, and what should be in it.

    ``goals``: slugs of modules or names of topics, the most important first. ``known``: modules that need not be
    taught. ``finish``: the module to end with; what comes after it in the catalogue is left out, unless it must be in.
    """

    days: tuple[Day, ...]
    must: frozenset[str] = frozenset()
    goals: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    level: Level = Level.ADVANCED
    finish: str = ""
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Placed:
    """Something at its time on a day: ``kind`` is module, break, lunch, opening, closing or wait."""

    kind: str
    day: int
    start: int
    minutes: int
    slug: str = ""

    @property
    def end(self) -> int:
        """When it is over."""
        return self.start + self.minutes


@dataclass(frozen=True, slots=True)
class Plan:
    """The best agenda: what stands where, the goals it reaches, and why the rest is not in it (a sentence each)."""

    items: tuple[Placed, ...]
    goals: tuple[str, ...]
    left_out: Mapping[str, str]

    @property
    def modules(self) -> tuple[str, ...]:
        """The slugs of the modules, in order."""
        return tuple(item.slug for item in self.items if item.kind == "module")

    @property
    def minutes(self) -> int:
        """Minutes of modules."""
        return sum(item.minutes for item in self.items if item.kind == "module")


@dataclass(frozen=True, slots=True)
class Infeasible:
    """The must-haves do not fit. ``over``: minutes that the last day would have to be longer.

    ``drop``: for each must-have whose removal makes the rest fit, the must-haves that go with it.
    """

    over: int
    drop: tuple[tuple[str, ...], ...]
    sentence: str
