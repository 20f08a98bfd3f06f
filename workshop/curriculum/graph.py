"""Prerequisites between modules: they exist, and nothing needs itself."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Protocol

from workshop.curriculum.schema import Mistake


class HasNeeds(Protocol):
    """A module as far as this is concerned."""

    @property
    def path(self) -> Path:
        """Its metadata file."""

    @property
    def meta(self) -> dict[str, Any]:
        """Its metadata."""


def mistakes(modules: Mapping[str, HasNeeds], *, known: Collection[str]) -> list[Mistake]:
    """What is wrong between modules; ``known`` also has those that could not be read, and were complained of already."""
    found = []
    for module in modules.values():
        for kind in ("prerequisites", "helps"):
            missing = [slug for slug in module.meta[kind] if slug not in known]
            found += [Mistake(module.path, _line(module.path, kind), f"{kind} names {slug}, which is no module") for slug in missing]
    try:
        TopologicalSorter({slug: module.meta["prerequisites"] for slug, module in modules.items()}).prepare()
    except CycleError as error:
        cycle = error.args[1]
        path = modules[cycle[0]].path
        found.append(Mistake(path, _line(path, "prerequisites"), f"these need each other: {' → '.join(reversed(cycle))}"))
    return found


def _line(path: Path, key: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(f"{key}:")), 1)
