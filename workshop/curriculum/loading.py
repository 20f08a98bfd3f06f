"""Content files into rows. All or nothing: with a mistake anywhere, nothing is changed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse

from labs.loading import LabSource, save_labs
from workshop.curriculum.files import ModuleFile, PageFile, read_folders
from workshop.curriculum.models import Module, Page, Picture
from workshop.curriculum.schema import Mistake


class ContentInvalid(Exception):
    """The content has mistakes; nothing was loaded."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much there is, how many pages of it are new or changed, and how many modules are offered no longer."""

    modules: int
    pages: int
    changed: int
    withdrawn: int


def load(folders: list[Path]) -> Loaded:
    """Load content folders; loading twice changes nothing. Raises ContentInvalid with every mistake.

    A module whose files are gone is marked withdrawn and keeps its row.
    """
    modules, mistakes = read_folders(folders)
    if mistakes:
        raise ContentInvalid(mistakes)
    with transaction.atomic():
        changed = sum(_save_module(module) for module in modules)
        save_labs(_lab(module, page) for module in modules for page in module.pages if page.meta["lab"])
        gone = Module.objects.exclude(slug__in=[module.slug for module in modules])
        withdrawn = gone.filter(withdrawn=False).update(withdrawn=True)
    return Loaded(len(modules), sum(len(module.pages) for module in modules), changed, withdrawn)


def _save_module(module: ModuleFile) -> int:
    values = {**module.meta, "outline": [_outline(module.slug, page) for page in module.pages], "withdrawn": False}
    row, _ = Module.objects.update_or_create(slug=module.slug, defaults=values)
    for picture in module.pictures:
        content = {"content_type": picture.content_type, "content": picture.content, "digest": picture.digest}
        Picture.objects.update_or_create(module=row, name=picture.name, defaults=content)
    row.pictures.exclude(name__in=[picture.name for picture in module.pictures]).delete()
    hashes = dict(row.pages.values_list("slug", "content_hash"))
    changed = sum(_save_page(row, position, page, hashes) for position, page in enumerate(module.pages, start=1))
    row.pages.exclude(slug__in=[page.slug for page in module.pages]).delete()
    return changed


def _lab(module: ModuleFile, page: PageFile) -> LabSource:
    return LabSource(
        slug=page.meta["lab"],
        title=page.meta["title"],
        module=module.slug,
        page=page.slug,
        minutes=page.meta["minutes"],
        instances=page.meta["instances"],
        ordered=page.meta["ordered"],
        images=list(module.meta["needs"].get("images", [])),
        repositories=page.meta["repositories"],
        script=page.rendered.script,
        digest=page.digest,
        files=page.files,
    )


def _outline(module: str, page: PageFile) -> dict[str, Any]:
    shown = {name: page.meta[name] for name in ("title", "minutes", "kind", "lab", "extra")}
    return {"slug": page.slug, "url": reverse("page", args=[module, page.slug]), **shown}


def _save_page(module: Module, position: int, page: PageFile, hashes: dict[str, str]) -> bool:
    if hashes.get(page.slug) == page.digest:
        # Links and pictures of an unchanged page may still lead elsewhere than before.
        stored = Page.objects.filter(module=module, slug=page.slug)
        stored.update(position=position, html=page.rendered.html, trainer_html=page.rendered.trainer_html, sections=page.rendered.sections)
        return False
    rendered = page.rendered
    values = {
        **{name: page.meta[name] for name in ("title", "minutes", "kind", "lab", "extra")},
        "position": position,
        "html": rendered.html,
        "trainer_html": rendered.trainer_html,
        "sections": rendered.sections,
        "toc": rendered.toc,
        "text": rendered.text,
        "quiz": page.quiz,
        "content_hash": page.digest,
    }
    Page.objects.update_or_create(module=module, slug=page.slug, defaults=values)
    return True
