"""Each step of each lab has its section on the lab's page, in order.

``steps/*.tsv``: the lab, its step (from 1), the page's file, and the heading under which the step is done.
"""

import csv
from pathlib import Path

import pytest

CONTENT = Path(__file__).resolve().parents[2] / "content" / "modules"
STEPS = [
    line
    for path in sorted((Path(__file__).parent / "steps").glob("*.tsv"))
    for line in csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if line and not line[0].startswith("#")
]
LABS = sorted({line[0] for line in STEPS})


def test_there_are_as_many_as_the_workshop_has() -> None:
    assert len(LABS) >= 55
    assert len(STEPS) >= 190


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_stands_on_its_page_step_by_step(lab: str) -> None:
    steps = [line for line in STEPS if line[0] == lab]
    assert [int(step[1]) for step in steps] == list(range(1, len(steps) + 1))
    pages = {step[2] for step in steps}
    assert len(pages) == 1
    lines = (CONTENT / f"{pages.pop()}.md").read_text(encoding="utf-8").splitlines()
    assert f"lab: {lab}" in lines
    places = [lines.index(f"## {step[3]}") for step in steps]
    assert places == sorted(places)
