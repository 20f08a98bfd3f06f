"""Agendas that go out: calendar, table, data; and data that comes in."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from icalendar import Calendar, Event

from workshop.agendas.conflicts import ModuleFacts
from workshop.agendas.document import Document, DocumentInvalid, Item
from workshop.agendas.models import Agenda
from workshop.agendas.schedule import DayPlan, schedule

FORMAT = "drydock-agenda"
FORMAT_VERSION = 1
LARGEST_IMPORT = 256 * 1024
_KIND_TITLES = {"break": "Break", "lunch": "Lunch", "custom": "Open time"}


def title_of(item: Item, modules: Mapping[str, ModuleFacts]) -> str:
    """What an item is called: its own title, else its module's, else what it is."""
    if item.title:
        return item.title
    if item.kind == "module":
        return modules[item.module].title if item.module in modules else item.module
    return _KIND_TITLES[item.kind]


def to_ical(agenda: Agenda, modules: Mapping[str, ModuleFacts], *, url: str) -> bytes:
    """ICalendar (RFC 5545): an event for each item of the days that have a date, in floating time, as on the wall clock."""
    calendar = Calendar()
    calendar.add("prodid", "-//Drydock//Agenda//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", agenda.title)
    for day in schedule(agenda.document):
        if day.day.date is not None:
            for slot in day.slots:
                event = Event()
                start = datetime.fromisoformat(day.day.date) + timedelta(minutes=slot.start)
                event.add("uid", f"{slot.item.id}-{agenda.pk}@drydock")
                event.add("dtstamp", agenda.updated_at.astimezone(timezone.get_fixed_timezone(0)))
                event.add("dtstart", start)
                event.add("dtend", start + timedelta(minutes=slot.item.minutes))
                event.add("summary", title_of(slot.item, modules))
                event.add("url", url)
                if slot.item.notes:
                    event.add("description", slot.item.notes)
                calendar.add_component(event)
    return bytes(calendar.to_ical())


def to_csv(agenda: Agenda, modules: Mapping[str, ModuleFacts]) -> str:
    """One line an item, with a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["day", "date", "start", "end", "minutes", "kind", "module", "title", "notes"])
    for day in schedule(agenda.document):
        for row in _rows(day, modules):
            writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _rows(day: DayPlan, modules: Mapping[str, ModuleFacts]) -> list[list[str | int]]:
    return [
        [
            day.number, day.day.date or "", slot.starts, slot.ends, slot.item.minutes,
            slot.item.kind, slot.item.module, title_of(slot.item, modules), slot.item.notes,
        ]
        for slot in day.slots
    ]  # fmt: skip


def _harmless(cell: str | int) -> str | int:
    """A text that a spreadsheet would take for a formula is quoted."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def to_json(agenda: Agenda) -> dict[str, Any]:
    """Everything that another Drydock needs to have the same agenda."""
    about = {"title": agenda.title, "audience": agenda.audience, "language": agenda.language}
    return {"format": FORMAT, "version": FORMAT_VERSION, **about, **agenda.document.to_json()}


def from_json(text: bytes, modules: Mapping[str, ModuleFacts]) -> tuple[dict[str, str], Document, list[str]]:
    """An exported agenda: what it is about, its document, and notices. Raises DocumentInvalid.

    A module that is not in this catalogue becomes time of the trainer's own, with its name.
    """
    try:
        data = json.loads(text)
    except ValueError:
        raise DocumentInvalid("This file is not JSON.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise DocumentInvalid("This file is not an agenda of Drydock.")
    if data.get("version") != FORMAT_VERSION:
        raise DocumentInvalid(f"This file has version {data.get('version')!r} of the format; this Drydock reads {FORMAT_VERSION}.")
    about = {name: str(data.get(name) or "")[:length] for name, length in (("title", 100), ("audience", 200), ("language", 10))}
    document = Document.from_json({"days": data.get("days")})
    notices: list[str] = []
    days = tuple(day.with_items(tuple(_known(item, modules, notices) for item in day.items)) for day in document.days)
    return about, Document(days), notices


def _known(item: Item, modules: Mapping[str, ModuleFacts], notices: list[str]) -> Item:
    if item.kind != "module" or item.module in modules:
        return item
    notices.append(f"There is no module {item.module} here; its time was kept as a block of your own.")
    return Item(item.id, "custom", item.minutes, title=item.title or item.module, notes=item.notes)
