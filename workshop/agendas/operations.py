"""Changes of an agenda: small, named, each with an exact inverse, which is what undo applies.

An operation names parts of the document by their ids, never by what somebody saw last. So the operations of two
people merge as long as what each refers to is still there; where it is not, the operation is refused with a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workshop.agendas.document import Day, Document, DocumentInvalid, Item, item_from_json, new_id

Operation = dict[str, Any]
"""``{"type": "add_item", …}``: JSON-able."""


class OperationRefused(ValueError):
    """The operation does not fit the document as it is now; the text is a sentence for the person."""


def apply(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """The changed document, and the operation that takes the change back exactly. Raises OperationRefused."""
    handler = _HANDLERS.get(str(operation.get("type")))
    if handler is None:
        raise OperationRefused("Nobody knows this kind of change.")
    try:
        return handler(document, operation)
    except DocumentInvalid as invalid:
        raise OperationRefused(str(invalid)) from invalid
    except (KeyError, TypeError, AttributeError) as broken:
        raise OperationRefused("The change is not complete.") from broken


# --- Items -----------------------------------------------------------------------------------------


def _add_item(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``day``, ``index`` (None: at the end), ``item`` (its id is optional)."""
    item = item_from_json({"id": new_id(), **operation["item"]})
    changed = _insert(document, operation["day"], operation.get("index"), item)
    return changed, {"type": "remove_item", "item": item.id}


def _remove_item(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``item``: its id."""
    day, index, item = find_item(document, operation["item"])
    changed = _set_items(document, day, (*day.items[:index], *day.items[index + 1 :]))
    return changed, {"type": "add_item", "day": day.id, "index": index, "item": _json(item)}


def _move_item(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``item``, ``day``, ``index``: where it stands afterwards; ``source``: the day where it is thought to be, optional."""
    day, index, item = find_item(document, operation["item"])
    if operation.get("source", day.id) != day.id:
        raise OperationRefused("Somebody has moved it to another day meanwhile.")
    without = _set_items(document, day, (*day.items[:index], *day.items[index + 1 :]))
    changed = _insert(without, operation["day"], operation.get("index"), item)
    return changed, {"type": "move_item", "item": item.id, "day": day.id, "index": index, "source": operation["day"]}


def _update_item(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``item``, ``fields``: some of title, minutes, pages, notes; ``was``: what they are thought to be, optional."""
    day, index, item = find_item(document, operation["item"])
    fields = _only(operation["fields"], {"title", "minutes", "pages", "notes"})
    before = {name: _json(item)[name] for name in fields}
    _unchanged(before, fields, operation.get("was"))
    changed = item_from_json({**_json(item), **fields})
    items = (*day.items[:index], changed, *day.items[index + 1 :])
    inverse = {"type": "update_item", "item": item.id, "fields": before, "was": {name: _json(changed)[name] for name in fields}}
    return _set_items(document, day, items), inverse


def _split_item(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``item``, ``minutes`` of the first part, optional ``new_id`` and ``day`` (where the second part goes, at its start)."""
    day, index, item = find_item(document, operation["item"])
    first = operation["minutes"]
    if type(first) is not int or not 0 < first < item.minutes:
        raise OperationRefused(f"It takes {item.minutes} minutes: the first part must be shorter, and not empty.")
    head = replace(item, minutes=first)
    tail = replace(item, id=str(operation.get("new_id") or new_id()), minutes=item.minutes - first)
    items = (*day.items[:index], head, *day.items[index + 1 :])
    changed = _set_items(document, day, items)
    target = operation.get("day") or day.id
    changed = _insert(changed, target, index + 1 if target == day.id else 0, tail)
    return changed, {"type": "join_items", "first": item.id, "second": tail.id}


def _join_items(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``first``, ``second``: the second's minutes go to the first. Takes a split back."""
    second_day, second_index, second = find_item(document, operation["second"])
    without = _set_items(document, second_day, (*second_day.items[:second_index], *second_day.items[second_index + 1 :]))
    day, index, first = find_item(without, operation["first"])
    if (first.kind, first.module) != (second.kind, second.module):
        raise OperationRefused("These two are not parts of one thing any more.")
    joined = replace(first, minutes=first.minutes + second.minutes)
    changed = _set_items(without, day, (*day.items[:index], joined, *day.items[index + 1 :]))
    inverse = {"type": "unjoin_items", "first": _json(first), "second": _json(second), "day": second_day.id, "index": second_index}
    return changed, inverse


def _unjoin_items(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """Takes a join back: both parts as they were."""
    second = item_from_json(operation["second"])
    day, index, item = find_item(document, operation["first"]["id"])
    first = replace(item, minutes=item.minutes - second.minutes)
    changed = _set_items(document, day, (*day.items[:index], first, *day.items[index + 1 :]))
    changed = _insert(changed, operation["day"], operation["index"], second)
    return changed, {"type": "join_items", "first": item.id, "second": second.id}


# --- Days ------------------------------------------------------------------------------------------


def _add_day(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``day`` (start, end, date, items; its id is optional), ``index`` (None: at the end)."""
    data = {"id": new_id(), "start": "09:00", "end": "17:00", "date": None, "items": [], **operation.get("day", {})}
    day = Document.from_json({"days": [data]}).days[0]
    index = _index(operation.get("index"), len(document.days))
    changed = Document((*document.days[:index], day, *document.days[index:]))
    return changed, {"type": "remove_day", "day": day.id}


def _remove_day(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``day``: its id. Its items go with it, and come back with undo."""
    index, day = _find_day(document, operation["day"])
    changed = Document((*document.days[:index], *document.days[index + 1 :]))
    return changed, {"type": "add_day", "index": index, "day": Document((day,)).to_json()["days"][0]}


def _move_day(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``day``, ``index``: where it stands afterwards."""
    index, day = _find_day(document, operation["day"])
    rest = (*document.days[:index], *document.days[index + 1 :])
    target = _index(operation.get("index"), len(rest))
    return Document((*rest[:target], day, *rest[target:])), {"type": "move_day", "day": day.id, "index": index}


def _update_day(document: Document, operation: Operation) -> tuple[Document, Operation]:
    """``day``, ``fields``: some of start, end, date; ``was``: what they are thought to be, optional."""
    index, day = _find_day(document, operation["day"])
    fields = _only(operation["fields"], {"start", "end", "date"})
    before = {name: getattr(day, name) for name in fields}
    _unchanged(before, fields, operation.get("was"))
    changed = replace(day, **fields)
    days = (*document.days[:index], changed, *document.days[index + 1 :])
    return Document(days), {"type": "update_day", "day": day.id, "fields": before, "was": dict(fields)}


_HANDLERS: Mapping[str, Callable[[Document, Operation], tuple[Document, Operation]]] = {
    "add_item": _add_item,
    "remove_item": _remove_item,
    "move_item": _move_item,
    "update_item": _update_item,
    "split_item": _split_item,
    "join_items": _join_items,
    "unjoin_items": _unjoin_items,
    "add_day": _add_day,
    "remove_day": _remove_day,
    "move_day": _move_day,
    "update_day": _update_day,
}


# --- Parts -----------------------------------------------------------------------------------------


def find_item(document: Document, item_id: str) -> tuple[Day, int, Item]:
    """An item with its day and its place in it. Raises OperationRefused where it is gone."""
    for day in document.days:
        for index, item in enumerate(day.items):
            if item.id == item_id:
                return day, index, item
    raise OperationRefused("This part of the agenda is gone; somebody has removed it.")


def _find_day(document: Document, day_id: str) -> tuple[int, Day]:
    for index, day in enumerate(document.days):
        if day.id == day_id:
            return index, day
    raise OperationRefused("This day is gone; somebody has removed it.")


def _insert(document: Document, day_id: str, index: Any, item: Item) -> Document:
    _, day = _find_day(document, day_id)
    place = _index(index, len(day.items))
    return _set_items(document, day, (*day.items[:place], item, *day.items[place:]))


def _index(index: Any, length: int) -> int:
    """A place in a list; beyond its end is its end, because the list may have become shorter meanwhile."""
    if index is None:
        return length
    if type(index) is not int or index < 0:
        raise OperationRefused("A place is a number from 0.")
    return min(index, length)


def _set_items(document: Document, day: Day, items: tuple[Item, ...]) -> Document:
    return Document(tuple(day.with_items(items) if other.id == day.id else other for other in document.days))


def _only(fields: Any, names: set[str]) -> dict[str, Any]:
    if not isinstance(fields, dict) or not fields or set(fields) - names:
        raise OperationRefused(f"Only {', '.join(sorted(names))} can be changed.")
    return fields


def _unchanged(now: Mapping[str, Any], fields: Mapping[str, Any], was: Any) -> None:
    """What somebody else has changed since is not overwritten, unless they changed it to the same."""
    for name, value in now.items():
        if isinstance(was, dict) and name in was and was[name] != value and fields[name] != value:
            now_it_is = ", ".join(value) if isinstance(value, list) else value
            shown = f"now it is “{str(now_it_is)[:200]}”" if now_it_is else "now there is nothing"
            raise OperationRefused(f"Somebody has changed the {_NAMES.get(name, name)} meanwhile: {shown}.")


_NAMES = {"pages": "choice of pages", "start": "start of the day", "end": "end of the day"}


def _json(item: Item) -> dict[str, Any]:
    return dict(Document((Day("x", items=(item,)),)).to_json()["days"][0]["items"][0])
