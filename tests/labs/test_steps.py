"""Each step of each lab has its section on the lab's page, in order, with a check that has been tried to fool and a hint.

``steps/*.tsv``: the lab, its step (from 1), the page's file, and the heading under which the step is done.
"""

import csv
import subprocess
from functools import cache
from pathlib import Path

import pytest

from labs.fences import FenceKind
from labs.script import Script
from workshop.curriculum.files import read_folders

CONTENT = Path(__file__).resolve().parents[2] / "content"
STEPS = [
    line
    for path in sorted((Path(__file__).parent / "steps").glob("*.tsv"))
    for line in csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if line and not line[0].startswith("#")
]
LABS = sorted({line[0] for line in STEPS})


@cache
def scripts() -> dict[str, Script]:
    """The script of each lab that the content has, by its id."""
    modules, mistakes = read_folders([CONTENT])
    assert mistakes == []
    return {page.meta["lab"]: page.rendered.script for module in modules for page in module.pages if page.meta["lab"]}


def test_there_are_as_many_as_the_workshop_has() -> None:
    assert len(LABS) >= 55
    assert len(STEPS) >= 190
    sections = [section for script in scripts().values() for section in script.steps]
    near_misses = [act for section in sections for act in section.acts if act.kind is FenceKind.NEAR_MISS]
    assert len(sections) >= 190
    assert len(near_misses) >= 183


def test_no_lab_stands_outside_the_lists() -> None:
    assert sorted(scripts()) == LABS


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_stands_on_its_page_step_by_step(lab: str) -> None:
    steps = [line for line in STEPS if line[0] == lab]
    assert [int(step[1]) for step in steps] == list(range(1, len(steps) + 1))
    pages = {step[2] for step in steps}
    assert len(pages) == 1
    assert f"lab: {lab}" in (CONTENT / "modules" / f"{pages.pop()}.md").read_text(encoding="utf-8").splitlines()
    assert [section.title for section in scripts()[lab].steps] == [step[3] for step in steps]


@pytest.mark.parametrize("lab", LABS)
def test_each_step_has_a_hint_something_to_run_and_a_near_miss(lab: str) -> None:
    for step in scripts()[lab].steps:
        kinds = {act.kind for act in step.acts}
        assert (step.title, step.hints > 0, {FenceKind.RUN, FenceKind.NEAR_MISS} - kinds) == (step.title, True, set())


@pytest.mark.parametrize("lab", LABS)
def test_near_misses_say_what_they_are_and_scripts_can_be_read(lab: str) -> None:
    for step in scripts()[lab].steps:
        for act in step.acts:
            if act.kind is FenceKind.NEAR_MISS:
                assert act.source.startswith("# Near miss: "), (step.title, act.source)
        quiet = [act.source for act in step.acts if act.kind is FenceKind.UNDO]
        assert step.check is not None
        for source in [step.check.source, *quiet]:
            done = subprocess.run(["bash", "-n"], input=source, text=True, capture_output=True, check=False)
            assert (step.title, done.stderr) == (step.title, "")
