"""Every topic and every command that the workshop is to cover stands on a page of the curriculum.

``coverage/*.tsv``: kind (topic or command), what, the module, the page, and a phrase that stands there.
"""

import csv
from pathlib import Path

import pytest

CONTENT = Path(__file__).resolve().parents[2] / "content" / "modules"
LINES = [
    (path.stem, line)
    for path in sorted((Path(__file__).parent / "coverage").glob("*.tsv"))
    for line in csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if line
]


def test_there_is_something_to_cover() -> None:
    kinds = [line[0] for _, line in LINES]
    assert kinds.count("topic") > 80
    assert kinds.count("command") > 70


@pytest.mark.parametrize(("where", "line"), LINES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(LINES)])
def test_it_stands_on_its_page(where: str, line: list[str]) -> None:
    _, what, module, page, phrase = line
    files = list((CONTENT / module).glob(f"[0-9][0-9]-{page}.md"))
    assert len(files) == 1, f"{what}: there is no page {module}/{page}"
    assert phrase.lower() in files[0].read_text(encoding="utf-8").lower(), what


@pytest.mark.parametrize("module", sorted(path.name for path in CONTENT.iterdir()))
def test_a_module_is_neither_a_leaflet_nor_a_book(module: str) -> None:
    pages = len(list((CONTENT / module).glob("*.md")))
    assert 4 <= pages <= 12
