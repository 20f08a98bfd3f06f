"""Conflicts name what is wrong, and their fixes mend it."""

from workshop.agendas.conflicts import Conflict, ModuleFacts, conflicts
from workshop.agendas.document import Day, Document, Item
from workshop.agendas.operations import apply

MODULES = {
    "docker-101": ModuleFacts("docker-101", "Docker 101", 90),
    "remoting": ModuleFacts("remoting", "Remoting", 30, ("docker-101",)),
    "dind": ModuleFacts("dind", "Docker-in-Docker", 30, ("docker-101", "remoting")),
    "old": ModuleFacts("old", "Old Things", 30, (), withdrawn=True),
}


def agenda(*items: tuple[str, int], end: str = "12:30") -> Document:
    made = []
    for number, (what, minutes) in enumerate(items):
        kind = what if what in {"break", "lunch", "custom"} else "module"
        made.append(Item(f"i{number}", kind, minutes, module=what if kind == "module" else ""))  # type: ignore[arg-type]
    return Document((Day("d1", end=end, items=tuple(made)),))


def found(document: Document) -> list[Conflict]:
    return conflicts(document, MODULES)


def told(document: Document) -> list[tuple[str, str, list[str]]]:
    return [(conflict.kind, conflict.sentence, [fix.label for fix in conflict.fixes]) for conflict in found(document)]


def test_a_good_agenda_has_none() -> None:
    assert told(agenda(("docker-101", 90), ("break", 15), ("remoting", 30), ("dind", 30))) == []


def test_a_prerequisite_that_comes_later_is_moved() -> None:
    document = agenda(("docker-101", 90), ("break", 15), ("dind", 30), ("remoting", 30))
    sentence = "Docker-in-Docker builds on Remoting, which comes after it."
    assert told(document) == [("order", sentence, ["Move Remoting before Docker-in-Docker"])]
    mended, _ = apply(document, found(document)[0].fixes[0].operation)
    assert found(mended) == []


def test_a_prerequisite_that_is_missing_is_assumed_and_offered() -> None:
    document = agenda(("remoting", 30))
    assert told(document) == [("assumes", "Remoting assumes: Docker 101.", ["Add Docker 101 before it"])]
    mended, _ = apply(document, found(document)[0].fixes[0].operation)
    assert (mended.modules(), found(mended)) == (["docker-101", "remoting"], [])


def test_two_hours_without_a_break() -> None:
    document = agenda(("docker-101", 90), ("remoting", 30), ("dind", 30))
    assert told(document) == [("break", "At 11:30 on day 1 there has been no break for 150 minutes.", ["Add a break before it"])]
    mended, _ = apply(document, found(document)[0].fixes[0].operation)
    assert found(mended) == []


def test_a_long_day_without_lunch() -> None:
    document = agenda(("docker-101", 90), ("break", 15), ("custom", 90), ("break", 15), ("custom", 100), end="16:00")
    assert told(document) == [("lunch", "Day 1 is longer than 5 hours and has no lunch.", ["Add lunch"])]
    mended, _ = apply(document, found(document)[0].fixes[0].operation)
    assert [item.kind for item in mended.items()] == ["module", "break", "custom", "lunch", "break", "custom"]


def test_a_long_day_that_is_over_before_lunch() -> None:
    assert told(agenda(("docker-101", 90), ("break", 15), ("custom", 90), end="16:00")) == []


def test_over_time() -> None:
    document = agenda(("docker-101", 90), ("break", 15), ("custom", 120), ("break", 20))
    assert told(document) == [("over", "Day 1 is over time by 35 minutes.", ["End the day at 13:05", "Remove the last item"])]
    for fix in found(document)[0].fixes[:1]:
        assert found(apply(document, fix.operation)[0]) == []


def test_a_module_that_is_offered_no_longer() -> None:
    document = agenda(("old", 30))
    assert told(document) == [("withdrawn", "Old Things is not offered any more.", ["Remove it"])]
    assert found(apply(document, found(document)[0].fixes[0].operation)[0]) == []


def test_a_module_that_nobody_knows() -> None:
    assert told(agenda(("magic", 30))) == [("unknown", "There is no module called magic.", ["Remove it"])]


def test_a_module_twice() -> None:
    document = agenda(("docker-101", 90), ("break", 15), ("docker-101", 90))
    assert told(document) == [("twice", "Docker 101 is in it twice.", ["Remove the second one"])]


def test_a_module_in_two_parts_is_fine_and_one_too_short_is_told() -> None:
    assert told(agenda(("docker-101", 60), ("break", 15), ("docker-101", 30))) == []
    document = agenda(("docker-101", 60))
    assert told(document) == [("short", "Docker 101 takes 90 minutes and has 60.", ["Give it its time"])]
    assert found(apply(document, found(document)[0].fixes[0].operation)[0]) == []
