"""Content files into rows. All or nothing: with a mistake anywhere, nothing is changed."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from workshop.curriculum.files import Mistake, ModuleFile, PageFile, read_folders
from workshop.curriculum.models import Module, Page


class ContentInvalid(Exception):
    """The content has mistakes; nothing was loaded."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was loaded."""

    modules: int
    pages: int
    withdrawn: int


def load(folders: list[Path]) -> Loaded:
    """Load content folders; loading twice changes nothing. Raises ContentInvalid with every mistake.

    A module whose files are gone is marked withdrawn and keeps its row.
    """
    modules, mistakes = read_folders(folders)
    if mistakes:
        raise ContentInvalid(mistakes)
    with transaction.atomic():
        for module in modules:
            _save_module(module)
        gone = Module.objects.exclude(slug__in=[module.slug for module in modules])
        withdrawn = gone.filter(withdrawn=False).update(withdrawn=True)
    return Loaded(modules=len(modules), pages=sum(len(module.pages) for module in modules), withdrawn=withdrawn)


def _save_module(module: ModuleFile) -> None:
    row, _ = Module.objects.update_or_create(slug=module.slug, defaults={**module.meta, "withdrawn": False})
    for position, page in enumerate(module.pages, start=1):
        _save_page(row, position, page)
    row.pages.exclude(slug__in=[page.slug for page in module.pages]).delete()


def _save_page(module: Module, position: int, page: PageFile) -> None:
    values = {"title": page.title, "minutes": page.minutes, "position": position, "html": page.rendered.html, "toc": page.rendered.toc}
    Page.objects.update_or_create(module=module, slug=page.slug, defaults=values)
