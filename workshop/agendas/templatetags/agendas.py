"""Tags and filters for pages of agendas."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from workshop.agendas.conflicts import ModuleFacts
from workshop.agendas.document import Day, Document, Item
from workshop.agendas.exports import title_of
from workshop.agendas.models import Agenda
from workshop.agendas.schedule import module_minutes

register = template.Library()


@register.simple_tag
def operation(kind: str, **fields: Any) -> str:
    """An operation as JSON, to be the value of a button or a hidden field."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


@register.filter
def as_json(value: Any) -> str:
    """Plain data as JSON, to be an attribute's value."""
    return json.dumps(value, separators=(",", ":"))


@register.filter
def box(day: Day) -> dict[str, str]:
    """The times of a day, for another one of the same length."""
    return {"start": day.start, "end": day.end}


@register.filter
def titled(item: Item, titles: Mapping[str, str]) -> str:
    """What an item is called, given the titles of the modules."""
    return title_of(item, {slug: ModuleFacts(slug, title, 0) for slug, title in titles.items() if slug == item.module})


@register.filter
def long_date(iso: str | None) -> str:
    """A date in words: Tuesday 1 December 2026."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return f"{day:%A} {day.day} {day:%B %Y}"


@register.filter
def in_short(agenda: Agenda) -> str:
    """An agenda in a line: 2 days, 11 modules, 570 minutes."""
    document: Document = agenda.document
    days, modules = len(document.days), len(set(document.modules()))
    if not modules:
        return f"{_count(days, 'day')}, nothing in it yet"
    return f"{_count(days, 'day')}, {_count(modules, 'module')}, {module_minutes(document)} minutes"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
