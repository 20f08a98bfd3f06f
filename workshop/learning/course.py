"""What is learnt: the modules of an agenda in its order, or one module by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workshop.agendas.models import Agenda
from workshop.curriculum.models import Module


@dataclass(frozen=True, slots=True)
class Part:
    """A module and those of its pages that are learnt: entries of its outline."""

    module: Module
    pages: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """Something to learn, with a title, and the slug that files are named by."""

    title: str
    slug: str
    parts: tuple[Part, ...]

    @property
    def page_count(self) -> int:
        """Pages of all modules."""
        return sum(len(part.pages) for part in self.parts)

    @property
    def modules(self) -> list[str]:
        """The slugs of its modules."""
        return [part.module.slug for part in self.parts]


def whole(module: Module) -> Part:
    """A module with all its pages."""
    return Part(module, tuple(module.outline))


def parts_of(agenda: Agenda, modules: Mapping[str, Module]) -> tuple[Part, ...]:
    """The modules of an agenda, each once, at the place where it begins; of a module in several parts the pages of all."""
    chosen: dict[str, set[str] | None] = {}
    for item in agenda.document.items():
        if item.module in modules:
            before = chosen.get(item.module, set())
            chosen[item.module] = None if before is None or not item.pages else before | set(item.pages)
    return tuple(_part(modules[slug], pages) for slug, pages in chosen.items())


def _part(module: Module, pages: Iterable[str] | None) -> Part:
    if pages is None:
        return whole(module)
    wanted = set(pages)
    return Part(module, tuple(page for page in module.outline if page["slug"] in wanted))
