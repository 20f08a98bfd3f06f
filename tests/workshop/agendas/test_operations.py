"""Operations keep the order, the totals and undo right, whatever their sequence."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workshop.accounts.models import User
from workshop.agendas import editing
from workshop.agendas.document import KINDS, Day, Document, DocumentInvalid, Item, minutes_of
from workshop.agendas.operations import Operation, OperationRefused, apply
from workshop.agendas.schedule import module_minutes, schedule

MODULES = ("docker-101", "remoting", "security")


@st.composite
def documents(draw: st.DrawFn) -> Document:
    number = iter(range(100))
    days = []
    for index in range(draw(st.integers(0, 3))):
        items = []
        for _ in range(draw(st.integers(0, 4))):
            kind = draw(st.sampled_from(KINDS))
            module = draw(st.sampled_from(MODULES)) if kind == "module" else ""
            items.append(Item(f"i{next(number)}", kind, draw(st.integers(1, 120)), module=module))
        days.append(Day(f"d{index}", items=tuple(items)))
    return Document(tuple(days))


@st.composite
def operations(draw: st.DrawFn, document: Document) -> Operation:
    """An operation that may or may not fit the document."""
    items = [item.id for item in document.items()] or ["gone"]
    days = [day.id for day in document.days] or ["gone"]
    item, day = draw(st.sampled_from([*items, "gone"])), draw(st.sampled_from([*days, "gone"]))
    index = draw(st.none() | st.integers(0, 6))
    minutes = draw(st.integers(-5, 200))
    new = draw(
        st.sampled_from([{"kind": "break", "minutes": 15}, {"kind": "module", "module": "security", "minutes": 60}, {"kind": "poem"}])
    )
    choices: list[Operation] = [
        {"type": "add_item", "day": day, "index": index, "item": new},
        {"type": "remove_item", "item": item},
        {"type": "move_item", "item": item, "day": day, "index": index},
        {"type": "update_item", "item": item, "fields": {"minutes": minutes}},
        {"type": "update_item", "item": item, "fields": {"title": "Talk", "notes": "n", "pages": ["first"]}},
        {"type": "split_item", "item": item, "minutes": minutes, "day": draw(st.sampled_from([day, ""]))},
        {"type": "join_items", "first": item, "second": draw(st.sampled_from([*items, "gone"]))},
        {"type": "add_day", "index": index},
        {"type": "remove_day", "day": day},
        {"type": "move_day", "day": day, "index": index},
        {"type": "update_day", "day": day, "fields": {"start": "10:00"}},
        {"type": "update_day", "day": day, "fields": {"end": "08:00"}},
    ]
    return draw(st.sampled_from(choices))


def minutes(document: Document) -> int:
    return sum(item.minutes for item in document.items())


def gained(operation: Operation, before: Document) -> int:
    """By how many minutes the operation makes the agenda longer."""
    by_id = {item.id: item.minutes for item in before.items()}
    match operation["type"]:
        case "add_item":
            return int(operation["item"]["minutes"])
        case "remove_item":
            return -by_id[operation["item"]]
        case "update_item" if "minutes" in operation["fields"]:
            return int(operation["fields"]["minutes"]) - by_id[operation["item"]]
        case "remove_day":
            return -sum(item.minutes for day in before.days if day.id == operation["day"] for item in day.items)
        case _:
            return 0


def others(document: Document, operation: Operation) -> list[tuple[str, list[Item]]]:
    """The days and items that the operation is not about, in order."""
    of_days = operation["type"] in {"add_day", "remove_day", "move_day"}
    about = {operation.get(name) for name in ("item", "first", "second") if isinstance(operation.get(name), str)}
    return [
        (day.id, [item for item in day.items if item.id not in about])
        for day in document.days
        if not (of_days and day.id == operation.get("day"))
    ]


def known(document: Document, items: set[str], days: set[str]) -> Document:
    """The document without what is new."""
    return Document(tuple(day.with_items(tuple(i for i in day.items if i.id in items)) for day in document.days if day.id in days))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_sequence_keeps_order_and_totals_and_can_be_taken_back_and_made_again(data: st.DataObject) -> None:
    document = start = data.draw(documents())
    inverses: list[Operation] = []
    for _ in range(data.draw(st.integers(1, 8))):
        operation = data.draw(operations(document))
        try:
            changed, inverse = apply(document, operation)
        except OperationRefused:
            continue
        assert minutes(changed) == minutes(document) + gained(operation, document)
        ids_before, days_before = {item.id for item in document.items()}, {day.id for day in document.days}
        assert others(known(changed, ids_before, days_before), operation) == others(document, operation)
        assert Document.from_json(changed.to_json()) == changed
        follows_the_clock(changed)
        document = changed
        inverses.append(inverse)
    end, again = document, []
    for inverse in reversed(inverses):
        document, forwards = apply(document, inverse)
        again.append(forwards)
    assert document == start
    for operation in reversed(again):
        document, _ = apply(document, operation)
    assert document == end


def follows_the_clock(document: Document) -> None:
    """What is shown of each day: every item in order, each where the one before it ends, none left out."""
    for plan in schedule(document):
        at = minutes_of(plan.day.start)
        for slot, item in zip(plan.slots, plan.day.items, strict=True):
            assert (slot.item, slot.start, slot.end) == (item, at, at + item.minutes)
            at = slot.end
    assert module_minutes(document) == sum(plan.module_minutes for plan in schedule(document))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_undo_and_redo_walk_through_what_was_done(alice: User, data: st.DataObject) -> None:
    """In any order of changes, steps back and steps forth; what is refused changes nothing and ends nothing."""
    past, future = [data.draw(documents())], list[Document]()
    agenda = editing.create(owner=alice, title="Any", document=past[0])
    for _ in range(data.draw(st.integers(1, 10))):
        step = data.draw(st.sampled_from(["change", "change", "undo", "redo"]))
        possible = {"undo": len(past) > 1, "redo": bool(future)}
        try:
            match step:
                case "change":
                    changed = editing.change(agenda_id=agenda.pk, person=alice, operation=data.draw(operations(past[-1])))
                    past, future = [*past, changed.document], []
                case "undo":
                    editing.undo(agenda_id=agenda.pk, person=alice)
                    past, future = past[:-1], [*future, past[-1]]
                case "redo":
                    editing.redo(agenda_id=agenda.pk, person=alice)
                    past, future = [*past, future[-1]], future[:-1]
            made = True
        except OperationRefused:
            made = False
        assert made == possible.get(step, made)
        agenda.refresh_from_db()
        assert agenda.document == past[-1]
        assert (editing.undoable(agenda, alice) is not None, editing.redoable(agenda, alice) is not None) == (len(past) > 1, bool(future))


def two() -> Document:
    one = Item("a", "module", 90, module="docker-101"), Item("b", "break", 15), Item("c", "module", 30, module="remoting")
    return Document((Day("d1", items=one), Day("d2")))


def ids(document: Document) -> list[list[str]]:
    return [[item.id for item in day.items] for day in document.days]


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"type": "move_item", "item": "a", "day": "d1", "index": 2}, [["b", "c", "a"], []]),
        ({"type": "move_item", "item": "c", "day": "d1", "index": 0}, [["c", "a", "b"], []]),
        ({"type": "move_item", "item": "a", "day": "d2", "index": 9}, [["b", "c"], ["a"]]),
        ({"type": "remove_item", "item": "b"}, [["a", "c"], []]),
        ({"type": "add_item", "day": "d1", "index": 1, "item": {"id": "n", "kind": "lunch", "minutes": 60}}, [["a", "n", "b", "c"], []]),
        ({"type": "split_item", "item": "a", "minutes": 60, "new_id": "n", "day": "d2"}, [["a", "b", "c"], ["n"]]),
        ({"type": "move_day", "day": "d2", "index": 0}, [[], ["a", "b", "c"]]),
    ],
)
def test_where_things_stand_afterwards(operation: Operation, result: list[list[str]]) -> None:
    assert ids(apply(two(), operation)[0]) == result


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        ({"type": "dance"}, "Nobody knows this kind of change."),
        ({"type": "remove_item"}, "The change is not complete."),
        ({"type": "remove_item", "item": "x"}, "This part of the agenda is gone; somebody has removed it."),
        ({"type": "remove_day", "day": "x"}, "This day is gone; somebody has removed it."),
        ({"type": "move_item", "item": "a", "day": "d1", "index": -1}, "A place is a number from 0."),
        ({"type": "update_item", "item": "a", "fields": {"minutes": 0}}, "An item takes 1 to 1440 minutes."),
        ({"type": "update_item", "item": "a", "fields": {"module": "x"}}, "Only minutes, notes, pages, title can be changed."),
        ({"type": "split_item", "item": "b", "minutes": 15}, "It takes 15 minutes: the first part must be shorter, and not empty."),
        ({"type": "update_day", "day": "d1", "fields": {"start": "9"}}, "A time is written as 09:00."),
        ({"type": "update_day", "day": "d1", "fields": {"date": "soon"}}, "A date is written as 2026-12-01."),
        ({"type": "add_item", "day": "d1", "item": {"kind": "module", "minutes": 5}}, "A module has a slug, and nothing else has."),
        (
            {"type": "add_item", "day": "d1", "item": {"id": "a", "kind": "break", "minutes": 5}},
            "Two parts of the agenda have the same id.",
        ),
    ],
)
def test_what_is_refused(operation: Operation, says: str) -> None:
    with pytest.raises(OperationRefused) as caught:
        apply(two(), operation)
    assert str(caught.value) == says


NO_DAY = {"days": [{"id": "D!", "start": "09:00", "end": "10:00", "items": []}]}


@pytest.mark.parametrize("data", [None, [], {}, {"days": 3}, {"days": [{"id": "d"}]}, NO_DAY])
def test_what_is_no_document(data: Any) -> None:
    with pytest.raises(DocumentInvalid):
        Document.from_json(data)
