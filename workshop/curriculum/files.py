"""Content folders, read and checked: every mistake with its file and line, all of them at once.

<folder>/modules/<slug>/module.yaml
<folder>/modules/<slug>/01-first-page.md      the number orders the pages, the rest is the slug
<folder>/modules/<slug>/quiz.yaml             questions of the page whose kind is quiz
<folder>/modules/<slug>/images/…              pictures
<folder>/modules/<slug>/files/<lab>/…         files that a lab's sandbox begins with
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from labs.files import LabFile, read_files
from workshop.curriculum import graph, render, schema
from workshop.curriculum.links import Links, Picture, read_pictures
from workshop.curriculum.models import Kind, Level, Track
from workshop.curriculum.quiz import read_quiz
from workshop.curriculum.schema import Key, Mistake

PAGE_NAME = re.compile(r"\d\d-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
RESERVED = frozenset({"sandbox", "print", "present", "images"})
"""Words that stand where a page's slug does in addresses."""

MODULE_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

BUNDLED_REPOSITORIES = tuple(sorted(path.name for path in (settings.BASE_DIR / "images/mirror/repositories").glob("[!.]*/")))
"""Example code that the mirror's image is built with, and so all that a lab can clone; any name is taken where the folder is not here."""

NETWORKS = ("none", "mirror", "internet")
_NEEDS = {
    "images": Key(schema.texts(), default=[]),
    "profile": Key(schema.one_of(("confined", "caps")), default="confined"),
    "network": Key(schema.one_of(NETWORKS), default="none"),
}


def _mapping(value: Any) -> str:
    if not isinstance(value, dict):
        return f"must be a mapping with {', '.join(_NEEDS)}"
    unknown = sorted(set(value) - set(_NEEDS))
    if unknown:
        return f"has the unknown key {unknown[0]!r}; it may have {', '.join(_NEEDS)}"
    return next((f"has a {name} that {problem}" for name, item in value.items() if (problem := _NEEDS[name].problem(item))), "")


_MODULE = {
    "title": Key(schema.text(longest=100)),
    "summary": Key(schema.text(longest=300)),
    "minutes": Key(schema.whole),
    "level": Key(schema.one_of(Level.values)),
    "position": Key(schema.whole),
    "tracks": Key(schema.texts(choices=Track.values), default=[]),
    "prerequisites": Key(schema.texts(), default=[]),
    "helps": Key(schema.texts(), default=[]),
    "objectives": Key(schema.texts(least=1)),
    "needs": Key(_mapping, default={}),
    "authors": Key(schema.texts(), default=[]),
    "licence": Key(schema.text(longest=40), default=""),
    "reviewed": Key(schema.date, default=None),
}
_PAGE = {
    "title": Key(schema.text(longest=100)),
    "minutes": Key(schema.whole),
    "kind": Key(schema.one_of(Kind.values), default=Kind.READING),
    "lab": Key(schema.text(longest=50), default=""),
    "instances": Key(schema.between(1, 5), default=1),
    "ordered": Key(schema.flag, default=False),
    "repositories": Key(schema.texts(choices=BUNDLED_REPOSITORIES), default=[]),
    "extra": Key(schema.flag, default=False),
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One page: its slug, its front matter, what became of its text, and a digest of all of it."""

    slug: str
    meta: dict[str, Any]
    rendered: render.Rendered
    quiz: list[dict[str, Any]]
    digest: str
    files: tuple[LabFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """One module, its pages in order, and its pictures."""

    slug: str
    path: Path
    meta: dict[str, Any]
    pages: list[PageFile] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def read_folders(folders: list[Path]) -> tuple[list[ModuleFile], list[Mistake]]:
    """All modules of several content folders, and all mistakes in them."""
    mistakes: list[Mistake] = []
    found = _module_folders(folders, mistakes)
    links = Links(dict(found.items()))
    modules = [module for folder in found.values() if (module := _read_module(folder, links, mistakes))]
    mistakes += _lab_twice(modules)
    mistakes += graph.mistakes({module.slug: module for module in modules}, known=found.keys())
    return modules, mistakes


def _lab_twice(modules: list[ModuleFile]) -> list[Mistake]:
    """Labs are known by their ids alone, over all modules."""
    labs = [(page.meta["lab"], module.path.parent) for module in modules for page in module.pages if page.meta["lab"]]
    names = [lab for lab, _ in labs]
    return [Mistake(folder, 1, f"the lab {lab} stands on more than one page") for n, (lab, folder) in enumerate(labs) if lab in names[:n]]


def _module_folders(folders: list[Path], mistakes: list[Mistake]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        if not (folder / "modules").is_dir():
            mistakes.append(Mistake(folder, 1, "there is no folder called modules in here"))
            continue
        for path in sorted(p for p in (folder / "modules").iterdir() if p.is_dir()):
            if path.name in found:
                mistakes.append(Mistake(path, 1, f"another content folder has a module called {path.name} already"))
            else:
                found[path.name] = path
    return found


def _read_module(folder: Path, links: Links, mistakes: list[Mistake]) -> ModuleFile | None:
    path = folder / "module.yaml"
    if not MODULE_SLUG.fullmatch(folder.name):
        mistakes.append(Mistake(folder, 1, "a module's folder is named with small letters, digits and single hyphens"))
    if not path.is_file():
        mistakes.append(Mistake(folder, 1, "there is no module.yaml in here"))
        return None
    before = len(mistakes)
    meta = schema.read_mapping(path, path.read_text(encoding="utf-8"), 0, _MODULE, mistakes)
    pictures = read_pictures(folder, mistakes)
    pages = [page for file in sorted(folder.glob("*.md")) if (page := _read_page(file, links, mistakes))]
    if meta is None or len(mistakes) > before:
        return None
    mistakes += [Mistake(path, 1, message) for message in _whole_module(meta, pages, has_quiz=(folder / "quiz.yaml").is_file())]
    return ModuleFile(slug=folder.name, path=path, meta=meta, pages=pages, pictures=pictures)


def _whole_module(meta: dict[str, Any], pages: list[PageFile], *, has_quiz: bool) -> list[str]:
    """What is wrong with a module whose parts are fine."""
    slugs = [page.slug for page in pages]
    wrong = [f"two pages are called {slug}" for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1})]
    total = sum(page.meta["minutes"] for page in pages if not page.meta["extra"])
    if not pages:
        wrong.append("the module has no page")
    elif total != meta["minutes"]:
        wrong.append(f"the pages take {total} minutes, the module says {meta['minutes']}")
    quizzes = sum(page.meta["kind"] == Kind.QUIZ for page in pages)
    if has_quiz and quizzes != 1:
        wrong.append(f"quiz.yaml belongs to the one page whose kind is quiz; there are {quizzes}")
    return wrong


def _read_page(path: Path, links: Links, mistakes: list[Mistake]) -> PageFile | None:
    name = PAGE_NAME.fullmatch(path.name)
    if name is None:
        mistakes.append(Mistake(path, 1, "a page's file is named like 01-first-page.md"))
        return None
    if name[1] in RESERVED:
        mistakes.append(Mistake(path, 1, f"a page cannot be called {name[1]}: the address is taken"))
        return None
    source = path.read_text(encoding="utf-8")
    front, body, first_line = _front_matter(source)
    if front is None:
        mistakes.append(Mistake(path, 1, "the page does not begin with front matter between two lines of ---"))
        return None
    before = len(mistakes)
    meta = schema.read_mapping(path, front, 1, _PAGE, mistakes)
    quiz = _quiz(path, meta, mistakes)
    rendered = None
    try:
        rendered = render.render(body, first_line=first_line, resolve=links.resolver(path))
    except render.PageInvalid as invalid:
        mistakes.extend(Mistake(path, error.line, error.message) for error in invalid.errors)
    if meta is None or rendered is None or len(mistakes) > before:
        return None
    mistakes += [Mistake(path, line, message) for line, message in _lab_mistakes(meta, rendered)]
    files, wrong = read_files(path.parent / "files" / meta["lab"]) if meta["lab"] else ((), [])
    mistakes += [Mistake(file, 1, message) for file, message in wrong]
    digest = hashlib.sha256(f"{render.VERSION}\n{source}\n{quiz}\n{files}".encode()).hexdigest()
    return PageFile(slug=name[1], meta=meta, rendered=rendered, quiz=quiz, digest=digest, files=files)


def _lab_mistakes(meta: dict[str, Any], rendered: render.Rendered) -> list[tuple[int, str]]:
    """What is wrong with a page that is a lab, or that should be one."""
    if meta["kind"] == Kind.LAB:
        return [] if meta["lab"] else [(1, "a page of kind lab needs the key lab, the lab's id")]
    checks = [step.check.line for step in rendered.script.steps if step.check]
    return [(line, "a check stands on a page of kind lab") for line in checks]


def _quiz(path: Path, meta: dict[str, Any] | None, mistakes: list[Mistake]) -> list[dict[str, Any]]:
    if meta is None or meta["kind"] != Kind.QUIZ:
        return []
    file = path.with_name("quiz.yaml")
    if not file.is_file():
        mistakes.append(Mistake(path, 1, "a page of kind quiz needs a quiz.yaml beside it"))
        return []
    return read_quiz(file, mistakes)


def _front_matter(text: str) -> tuple[str | None, str, int]:
    """The front matter, the text after it, and how many lines came before that text."""
    match = re.match(r"---\n(.*?)^---\n", text, flags=re.DOTALL | re.MULTILINE)
    if match is None:
        return None, text, 0
    return match[1], text[match.end() :], match[0].count("\n")
