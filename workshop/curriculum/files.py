"""Content folders, read and checked: every mistake with its file and line, all of them at once.

<folder>/modules/<slug>/module.yaml
<folder>/modules/<slug>/01-first-page.md      the number orders the pages, the rest is the slug
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workshop.curriculum.models import Level
from workshop.curriculum.render import PageInvalid, Rendered, render

_PAGE_NAME = re.compile(r"\d\d-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MODULE_KEYS = {"title": str, "summary": str, "minutes": int, "level": str, "objectives": list, "position": int}
_PAGE_KEYS = {"title": str, "minutes": int}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a content file; ``line`` counts from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One page: its slug, its front matter and what became of its text."""

    slug: str
    title: str
    minutes: int
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """One module and its pages, in order."""

    slug: str
    meta: dict[str, Any]
    pages: list[PageFile]


def read_folders(folders: list[Path]) -> tuple[list[ModuleFile], list[Mistake]]:
    """All modules of several content folders, and all mistakes in them."""
    modules: dict[str, ModuleFile] = {}
    mistakes: list[Mistake] = []
    for folder in folders:
        if not (folder / "modules").is_dir():
            mistakes.append(Mistake(folder, 1, "there is no folder called modules in here"))
            continue
        for path in sorted(p for p in (folder / "modules").iterdir() if p.is_dir()):
            module = _read_module(path, mistakes)
            if path.name in modules:
                mistakes.append(Mistake(path, 1, f"another content folder has a module called {path.name} already"))
            elif module is not None:
                modules[path.name] = module
    return list(modules.values()), mistakes


def _read_module(folder: Path, mistakes: list[Mistake]) -> ModuleFile | None:
    meta_path = folder / "module.yaml"
    if not _SLUG.fullmatch(folder.name):
        mistakes.append(Mistake(folder, 1, "a module's folder is named with small letters, digits and single hyphens"))
    if not meta_path.is_file():
        mistakes.append(Mistake(folder, 1, "there is no module.yaml in here"))
        return None
    before = len(mistakes)
    meta = _mapping(meta_path, meta_path.read_text(encoding="utf-8"), 0, _MODULE_KEYS, mistakes)
    if meta and meta.get("level") not in Level.values:
        mistakes.append(Mistake(meta_path, 1, f"level is {meta.get('level')!r}; it may be {', '.join(Level.values)}"))
    pages = [page for path in sorted(folder.glob("*.md")) if (page := _read_page(path, mistakes))]
    if len(mistakes) > before:
        return None
    _check_pages(meta_path, meta, pages, mistakes)
    return ModuleFile(slug=folder.name, meta=meta, pages=pages)


def _check_pages(path: Path, meta: dict[str, Any], pages: list[PageFile], mistakes: list[Mistake]) -> None:
    if not pages:
        mistakes.append(Mistake(path, 1, "the module has no page"))
    slugs = [page.slug for page in pages]
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    mistakes.extend(Mistake(path, 1, f"two pages are called {slug}") for slug in twice)
    total = sum(page.minutes for page in pages)
    if total > meta["minutes"]:
        mistakes.append(Mistake(path, 1, f"the pages take {total} minutes, the module has {meta['minutes']}"))


def _read_page(path: Path, mistakes: list[Mistake]) -> PageFile | None:
    name = _PAGE_NAME.fullmatch(path.name)
    if name is None:
        mistakes.append(Mistake(path, 1, "a page's file is named like 01-first-page.md"))
        return None
    text = path.read_text(encoding="utf-8")
    front, body, first_line = _front_matter(text)
    if front is None:
        mistakes.append(Mistake(path, 1, "the page does not begin with front matter between two lines of ---"))
        return None
    before = len(mistakes)
    meta = _mapping(path, front, 1, _PAGE_KEYS, mistakes)
    try:
        rendered = render(body, first_line=first_line)
    except PageInvalid as invalid:
        mistakes.extend(Mistake(path, error.line, error.message) for error in invalid.errors)
        return None
    if len(mistakes) > before:
        return None
    return PageFile(slug=name[1], title=meta["title"], minutes=meta["minutes"], rendered=rendered)


def _front_matter(text: str) -> tuple[str | None, str, int]:
    """The front matter, the text after it, and how many lines came before that text."""
    match = re.match(r"---\n(.*?)^---\n", text, flags=re.DOTALL | re.MULTILINE)
    if match is None:
        return None, text, 0
    return match[1], text[match.end() :], match[0].count("\n")


def _mapping(path: Path, text: str, first_line: int, keys: dict[str, type], mistakes: list[Mistake]) -> dict[str, Any]:
    """The keys of a YAML mapping, each of its type; whatever is wrong is added to ``mistakes``."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        mistakes.append(Mistake(path, first_line + line + 1, f"this is not YAML: {error.problem}"))
        return {}
    if not isinstance(node, yaml.MappingNode):
        mistakes.append(Mistake(path, first_line + 1, "this must be a mapping of keys to values"))
        return {}
    lines = {key.value: first_line + key.start_mark.line + 1 for key, _ in node.value}
    for key, line in lines.items():
        if key not in keys:
            mistakes.append(Mistake(path, line, f"unknown key {key!r}; it may be {', '.join(sorted(keys))}"))
    for key, kind in keys.items():
        if key not in data:
            mistakes.append(Mistake(path, first_line + 1, f"the key {key!r} is missing"))
        elif type(data[key]) is not kind or not data[key]:
            mistakes.append(Mistake(path, lines[key], f"{key!r} must be a {_KIND[kind]}"))
    return dict(data)


_KIND = {str: "text", int: "whole number above 0", list: "list"}
