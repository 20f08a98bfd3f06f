"""What an agenda consists of: days with items. Immutable values, and their JSON.

``{"days": [{"id", "date", "start", "end", "items": [{"id", "kind", "module", "title", "minutes", "pages", "notes"}]}]}``
with dates as ISO texts or null, times as ``"09:00"``, ids that are unique in the document.
"""

import datetime
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast

Kind = Literal["module", "break", "lunch", "custom"]
KINDS: tuple[Kind, ...] = ("module", "break", "lunch", "custom")
LONGEST_ITEM = 24 * 60
MOST_DAYS = 31
MOST_ITEMS = 200
TITLE_LENGTH = 100
NOTES_LENGTH = 2000
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_ID = re.compile(r"[a-z0-9]{1,16}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class DocumentInvalid(ValueError):
    """The document, or a part of it, is not one; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """A module, a break, lunch, or something of the trainer's own. No ``pages`` means all of the module's."""

    id: str
    kind: Kind
    minutes: int
    module: str = ""
    title: str = ""
    pages: tuple[str, ...] = ()
    notes: str = ""

    def __post_init__(self) -> None:
        check(bool(_ID.fullmatch(self.id)), "An item's id has up to 16 small letters and digits.")
        check(self.kind in KINDS, f"An item is one of {', '.join(KINDS)}.")
        check(type(self.minutes) is int and 1 <= self.minutes <= LONGEST_ITEM, f"An item takes 1 to {LONGEST_ITEM} minutes.")
        check((self.kind == "module") == bool(self.module), "A module has a slug, and nothing else has.")
        check(not self.module or bool(_SLUG.fullmatch(self.module)), "A module's slug has small letters, digits and hyphens.")
        check(all(_SLUG.fullmatch(page) for page in self.pages), "A page's slug has small letters, digits and hyphens.")
        check(len(self.title) <= TITLE_LENGTH, f"A title has up to {TITLE_LENGTH} characters.")
        check(len(self.notes) <= NOTES_LENGTH, f"Notes have up to {NOTES_LENGTH} characters.")


@dataclass(frozen=True, slots=True)
class Day:
    """One day: when it starts and should end, and its items in order."""

    id: str
    start: str = "09:00"
    end: str = "17:00"
    date: str | None = None
    items: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        check(bool(_ID.fullmatch(self.id)), "A day's id has up to 16 small letters and digits.")
        check(all(_TIME.fullmatch(time) for time in (self.start, self.end)), "A time is written as 09:00.")
        check(self.start < self.end, "A day ends after it starts.")
        if self.date is not None:
            try:
                datetime.date.fromisoformat(self.date)
            except ValueError:
                raise DocumentInvalid("A date is written as 2026-12-01.") from None

    def with_items(self, items: tuple[Item, ...]) -> "Day":
        """The same day with other items."""
        return replace(self, items=items)


@dataclass(frozen=True, slots=True)
class Document:
    """All days, in order."""

    days: tuple[Day, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        ids = [day.id for day in self.days] + [item.id for item in self.items()]
        check(len(ids) == len(set(ids)), "Two parts of the agenda have the same id.")
        check(len(self.days) <= MOST_DAYS, f"An agenda has up to {MOST_DAYS} days.")
        check(sum(1 for _ in self.items()) <= MOST_ITEMS, f"An agenda has up to {MOST_ITEMS} items.")

    def items(self) -> Iterator[Item]:
        """The items of all days, in order."""
        return (item for day in self.days for item in day.items)

    def modules(self) -> list[str]:
        """The slugs of the modules, in order."""
        return [item.module for item in self.items() if item.kind == "module"]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return cast("dict[str, Any]", _plain(asdict(self)))

    @classmethod
    def from_json(cls, data: Any) -> "Document":
        """Out of plain data. Raises DocumentInvalid."""
        days = _field(data, "days", list)
        return cls(tuple(_day(day) for day in days))


def new_id() -> str:
    """An id for a day or an item."""
    return secrets.token_hex(4)


def check(condition: bool, sentence: str) -> None:
    """Raise DocumentInvalid where the condition does not hold."""
    if not condition:
        raise DocumentInvalid(sentence)


def minutes_of(time: str) -> int:
    """Minutes since midnight of a text such as 09:00."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def clock(minutes: int) -> str:
    """The text of minutes since midnight; beyond midnight it goes on to count, as 24:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def item_from_json(data: Any) -> Item:
    """One item out of plain data. Raises DocumentInvalid."""
    known = {"id", "kind", "minutes", "module", "title", "pages", "notes"}
    _only(data, known)
    pages = data.get("pages", [])
    check(isinstance(pages, list | tuple) and all(isinstance(page, str) for page in pages), "Pages are a list of slugs.")
    texts = {name: _text(data, name) for name in ("module", "title", "notes")}
    kind = cast("Kind", _field(data, "kind", str))
    return Item(id=_field(data, "id", str), kind=kind, minutes=_field(data, "minutes", int), pages=tuple(pages), **texts)


def _day(data: Any) -> Day:
    _only(data, {"id", "date", "start", "end", "items"})
    items = tuple(item_from_json(item) for item in _field(data, "items", list))
    date = data.get("date")
    check(date is None or isinstance(date, str), "A date is written as 2026-12-01.")
    return Day(id=_field(data, "id", str), start=_field(data, "start", str), end=_field(data, "end", str), date=date, items=items)


def _only(data: Any, names: set[str]) -> None:
    check(isinstance(data, dict), "A part of the agenda is not an object.")
    unknown = sorted(set(data) - names)
    check(not unknown, f"Nobody knows what {', '.join(map(repr, unknown))} in an agenda means.")


def _field(data: Any, name: str, kind: type) -> Any:
    check(isinstance(data, dict) and type(data.get(name)) is kind, f"An agenda's {name!r} is missing or of the wrong kind.")
    return data[name]


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    check(isinstance(value, str), f"An agenda's {name!r} is not a text.")
    return str(value)


def _plain(value: Any) -> Any:
    """Tuples as lists, so that what is stored and what is sent are equal."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
