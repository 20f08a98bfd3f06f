"""Clock times: when each item begins and ends, and how each day comes out. Pure."""

from dataclasses import dataclass

from workshop.agendas.document import Day, Document, Item, clock, minutes_of


@dataclass(frozen=True, slots=True)
class Slot:
    """An item at its time; minutes since midnight, which may go beyond it on a day that is too full."""

    item: Item
    start: int

    @property
    def end(self) -> int:
        """When it is over."""
        return self.start + self.item.minutes

    @property
    def starts(self) -> str:
        """The start as a text."""
        return clock(self.start)

    @property
    def ends(self) -> str:
        """The end as a text."""
        return clock(self.end)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day with its times; ``number`` counts from 1."""

    day: Day
    number: int
    slots: tuple[Slot, ...]

    @property
    def ends(self) -> str:
        """When the last item is over."""
        return clock(self.slots[-1].end) if self.slots else self.day.start

    @property
    def minutes(self) -> int:
        """Minutes of all items."""
        return sum(slot.item.minutes for slot in self.slots)

    @property
    def module_minutes(self) -> int:
        """Minutes of modules alone."""
        return sum(slot.item.minutes for slot in self.slots if slot.item.kind == "module")

    @property
    def slack(self) -> int:
        """Minutes that are left; below 0 the day is too full by as many."""
        return minutes_of(self.day.end) - minutes_of(self.day.start) - self.minutes

    @property
    def overrun(self) -> int:
        """Minutes by which the day is too full."""
        return max(0, -self.slack)


def schedule(document: Document) -> list[DayPlan]:
    """Every day with its times: each item begins when the one before it is over."""
    return [_plan(day, number) for number, day in enumerate(document.days, start=1)]


def _plan(day: Day, number: int) -> DayPlan:
    start, slots = minutes_of(day.start), []
    for item in day.items:
        slots.append(Slot(item, start))
        start += item.minutes
    return DayPlan(day, number, tuple(slots))


def module_minutes(document: Document) -> int:
    """Minutes of modules on all days."""
    return sum(item.minutes for item in document.items() if item.kind == "module")
