"""The catalogue as agendas see it: out of rows, into the values that the rules work on."""

from collections.abc import Iterable

from workshop.agendas.conflicts import ModuleFacts
from workshop.agendas.planner import Level, Unit
from workshop.curriculum.models import Module

_LEVELS = {"beginner": Level.BEGINNER, "intermediate": Level.INTERMEDIATE, "advanced": Level.ADVANCED}


def facts(modules: Iterable[Module]) -> dict[str, ModuleFacts]:
    """What the rules about conflicts need of modules, by slug; withdrawn ones too."""
    return {
        module.slug: ModuleFacts(module.slug, module.title, module.minutes, tuple(module.prerequisites), module.withdrawn)
        for module in modules
    }


def units(modules: Iterable[Module]) -> list[Unit]:
    """What the planner needs of the modules that are offered. Tracks count as topics."""
    offered = [module for module in modules if not module.withdrawn]
    slugs = {module.slug for module in offered}
    return [
        Unit(
            slug=module.slug,
            minutes=module.minutes,
            position=module.position,
            # A prerequisite that is offered no longer cannot be taught; the builder warns of it.
            prerequisites=frozenset(module.prerequisites) & slugs,
            topics=frozenset(module.tracks),
            level=_LEVELS[module.level],
            title=module.title,
        )
        for module in offered
    ]
