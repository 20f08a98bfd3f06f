"""Imports point one way, and each outside library that matters has one door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("workshop", "labs", "sandboxes")
MAY_IMPORT = {"sandboxes": set(), "labs": {"sandboxes"}, "workshop": {"labs", "sandboxes"}}
# The parts of sandboxes that others may use; all else is behind services.
DOOR = {"sandboxes.services", "sandboxes.keystroke", "sandboxes.api", "sandboxes.routing", "sandboxes.sockets"}
SDK = {
    "docker": {"sandboxes/docker_backend.py", "sandboxes/docker_mirror.py"},
    "aiohttp": {"sandboxes/streams.py"},
    "aiodocker": {"sandboxes/streams.py"},
}


def _sources(app: str) -> list[Path]:
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def _imports(path: Path) -> Iterator[str]:
    """Modules that a file imports when it runs; what only type checkers read does not couple anything."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("app", APPS)
def test_imports_point_downwards(app: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources(app)
        for name in _imports(path)
        if (top := name.partition(".")[0]) in APPS and top != app and top not in MAY_IMPORT[app]
    ]
    assert wrong == []


@pytest.mark.parametrize("app", ["labs", "workshop"])
def test_sandboxes_has_one_door(app: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _sources(app)
        for name in _imports(path)
        if name.startswith("sandboxes.") and not any(name == door or name.startswith(f"{door}.") for door in DOOR)
    ]
    assert wrong == []


@pytest.mark.parametrize("library", sorted(SDK))
def test_the_engine_has_one_importer(library: str) -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in _sources(app)
        if library in {name.partition(".")[0] for name in _imports(path)}
    }
    assert found <= SDK[library]


def test_pages_have_nothing_inline() -> None:
    """So that the Content-Security-Policy can forbid it."""
    wrong = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in (ROOT / "templates").rglob("*.html")
        for word in ("<style", " style=", " onclick=", " onload=", "javascript:", "<script>")
        if word in path.read_text(encoding="utf-8")
    ]
    assert wrong == []
