"""Presets follow from the catalogue; the tables are those of the workshop."""

import pytest

from workshop.agendas.conflicts import ModuleFacts, conflicts
from workshop.agendas.document import Document
from workshop.agendas.planner import Unit
from workshop.agendas.presets import PRESETS, Preset, document_for, preset
from workshop.agendas.schedule import module_minutes, schedule

CATALOGUE = [
    Unit(slug, minutes, number, frozenset(needs), frozenset(tracks))
    for number, (slug, minutes, needs, tracks) in enumerate(
        [
            ("docker-101", 90, [], ["introduction"]),
            ("advanced-concepts", 60, ["docker-101"], ["introduction", "advanced"]),
            ("remoting", 30, ["docker-101"], ["introduction", "advanced"]),
            ("docker-in-docker", 30, ["docker-101", "remoting"], ["advanced"]),
            ("patterns", 60, ["docker-101", "advanced-concepts"], ["introduction", "advanced"]),
            ("security", 60, ["docker-101", "advanced-concepts", "remoting"], ["advanced"]),
            ("continuous-integration", 30, ["docker-101", "advanced-concepts"], ["automation"]),
            ("continuous-delivery", 60, ["docker-101", "advanced-concepts", "continuous-integration"], ["automation"]),
            ("monitoring", 45, ["docker-101", "advanced-concepts"], []),
            ("production", 60, ["docker-101", "advanced-concepts"], ["automation"]),
            ("ecosystem", 45, ["docker-101", "advanced-concepts"], []),
        ],
        start=1,
    )
]


def made(slug: str, *modules: str) -> Document:
    chosen = preset(slug)
    assert chosen is not None
    return document_for(chosen, CATALOGUE, modules=modules)


def times(document: Document, number: int = 0) -> list[tuple[str, str]]:
    return [(slot.starts, slot.item.module or slot.item.title or slot.item.kind) for slot in schedule(document)[number].slots]


@pytest.mark.parametrize(
    ("slug", "modules", "minutes", "whole"),
    [
        ("introduction", ["docker-101", "advanced-concepts", "remoting", "patterns"], 240, 290),
        ("advanced", ["advanced-concepts", "remoting", "docker-in-docker", "patterns", "security"], 240, 290),
        ("automation", ["continuous-integration", "continuous-delivery", "production"], 150, 185),
    ],
)
def test_tracks(slug: str, modules: list[str], minutes: int, whole: int) -> None:
    document = made(slug)
    assert (document.modules(), module_minutes(document)) == (modules, minutes)
    assert [(day.minutes, day.slack) for day in schedule(document)] == [(whole, 0)]


def test_one_day_as_it_is_taught() -> None:
    assert times(made("one-day")) == [
        ("09:00", "Welcome"),
        ("09:10", "docker-101"),
        ("10:40", "break"),
        ("10:55", "advanced-concepts"),
        ("11:55", "remoting"),
        ("12:25", "lunch"),
        ("13:25", "docker-in-docker"),
        ("13:55", "patterns"),
        ("14:55", "break"),
        ("15:10", "security"),
        ("16:10", "continuous-integration"),
        ("16:40", "Questions and closing"),
    ]


def test_two_days_have_everything() -> None:
    document = made("two-days")
    assert document.modules() == [unit.slug for unit in CATALOGUE]
    assert all(day.slack >= 0 for day in schedule(document))


def test_half_a_day_fits() -> None:
    document = made("half-day")
    assert document.modules()[:2] == ["docker-101", "advanced-concepts"]
    assert schedule(document)[0].slack >= 0


def test_doing_it_yourself() -> None:
    assert made("diy").modules() == []
    assert made("diy", "monitoring", "docker-101").modules() == ["docker-101", "monitoring"]


def test_everything_by_hand_goes_over_several_days() -> None:
    document = made("diy", *(unit.slug for unit in CATALOGUE))
    assert document.modules() == [unit.slug for unit in CATALOGUE]
    assert len(document.days) == 2


def test_a_catalogue_without_modules() -> None:
    for chosen in PRESETS:
        assert document_for(chosen, []).modules() == []


@pytest.mark.parametrize("chosen", PRESETS, ids=[chosen.slug for chosen in PRESETS])
def test_a_preset_has_no_conflict_but_what_its_track_assumes(chosen: Preset) -> None:
    facts = {unit.slug: ModuleFacts(unit.slug, unit.slug, unit.minutes, tuple(unit.prerequisites)) for unit in CATALOGUE}
    kinds = {conflict.kind for conflict in conflicts(document_for(chosen, CATALOGUE), facts)}
    assert kinds == ({"assumes"} if chosen.slug in {"advanced", "automation"} else set())
