"""Operations keep the order, the totals and undo right, whatever their sequence."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop.agendas.document import KINDS, Day, Document, DocumentInvalid, Item
from workshop.agendas.operations import Operation, OperationRefused, apply

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
        {"type": "add_day", "index": index},
        {"type": "remove_day", "day": day},
        {"type": "move_day", "day": day, "index": index},
        {"type": "update_day", "day": day, "fields": {"start": "10:00"}},
        {"type": "update_day", "day": day, "fields": {"end": "08:00"}},
    ]
    return draw(st.sampled_from(choices))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_sequence_can_be_taken_back_and_made_again(data: st.DataObject) -> None:
    document = start = data.draw(documents())
    inverses: list[Operation] = []
    for _ in range(data.draw(st.integers(1, 8))):
        operation = data.draw(operations(document))
        before = sum(item.minutes for item in document.items())
        try:
            changed, inverse = apply(document, operation)
        except OperationRefused:
            continue
        after = sum(item.minutes for item in changed.items())
        if operation["type"] in {"move_item", "split_item", "move_day", "update_day", "add_day"}:
            assert after == before
        assert Document.from_json(changed.to_json()) == changed
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
