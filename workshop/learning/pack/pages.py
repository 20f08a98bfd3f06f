"""The pages of a course as one HTML file that needs nothing beside it: style and pictures are in it, and no scripts are."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from workshop.curriculum.models import Page, Picture
from workshop.curriculum.templatetags.curriculum import own_ids
from workshop.learning.course import Course

_STYLE = Path(__file__).with_name("style.css")
_TEMPLATE = re.compile(r'<template class="run-[a-z]+">.*?</template>', re.DOTALL)
_STEP = re.compile(r'<div class="step-panel"[^>]*></div>')
_ADDRESS = re.compile(r'(<[a-z][^>]*? )(href|src)="(/[^"]*)"')
_PAGE = re.compile(r"/modules/([\w-]+)/(?:([\w-]+)/)?(?:#(.*))?")
_PICTURE = re.compile(r"/modules/([\w-]+)/images/([^/?]+)(?:\?.*)?")
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as the file has it; ``anchor`` is its id there."""

    anchor: str
    title: str
    minutes: int
    extra: bool
    done: bool
    html: SafeString
    quiz: list[dict[str, Any]] = field(default_factory=list)


def pages_html(*, course: Course, done: set[_Key], site: Callable[[str], str]) -> str:
    """The file's text. ``done``: what the reader has done, module and page; ``site`` makes an address of the site absolute. Two queries."""
    pages = {(page.module.slug, page.slug): page for page in _pages(course)}
    pictures = _pictures(course)
    wanted = {(part.module.slug, page["slug"]) for part in course.parts for page in part.pages} & pages.keys()
    links = _Links(wanted, set(course.modules), pictures, site)
    chapters = []
    for part in course.parts:
        keys = [(part.module.slug, page["slug"]) for page in part.pages]
        chapters.append((part.module, [_reading(pages[key], key in done, links) for key in keys if key in pages]))
    style = mark_safe(f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>")  # noqa: S308 -- a file of ours
    context = {"course": course, "chapters": chapters, "style": style, "made": timezone.now()}
    return render_to_string("learning/pack/pages.html", context)


def _pages(course: Course) -> list[Page]:
    shown = Page.objects.filter(module__slug__in=course.modules).select_related("module")
    return list(shown.only("slug", "title", "minutes", "extra", "html", "quiz", "module__slug"))


def _pictures(course: Course) -> dict[_Key, str]:
    """The pictures as data addresses, by module and name."""
    found = (
        Picture.objects.filter(module__slug__in=course.modules)
        .select_related("module")
        .only("name", "content_type", "content", "module__slug")
    )
    return {(each.module.slug, each.name): f"data:{each.content_type};base64,{b64encode(bytes(each.content)).decode()}" for each in found}


def _reading(page: Page, done: bool, links: "_Links") -> Reading:
    anchor = anchor_of(page.module.slug, page.slug)
    html = _STEP.sub("", _TEMPLATE.sub("", page.html))
    return Reading(anchor, page.title, page.minutes, page.extra, done, links.inside(own_ids(html, anchor)), page.quiz)


def anchor_of(module: str, page: str) -> str:
    """The id of a page in the file. Slugs have no double hyphens, so it is nobody else's."""
    return f"{module}--{page}"


@dataclass(frozen=True, slots=True)
class _Links:
    """Where the addresses of a page lead once it is in the file."""

    pages: set[_Key]
    modules: set[str]
    pictures: Mapping[_Key, str]
    site: Callable[[str], str]

    def inside(self, html: str) -> SafeString:
        """The same HTML with pictures in it, links to pages of the file within it, and other links to the site."""

        def replace(found: re.Match[str]) -> str:
            before, attribute, address = found[1], found[2], unescape(found[3])
            target = self._picture(address) if attribute == "src" else self._page(address)
            return f'{before}{attribute}="{escape(target)}"'

        return mark_safe(_ADDRESS.sub(replace, html))  # noqa: S308 -- sanitized when it was loaded; what is put in is escaped

    def _picture(self, address: str) -> str:
        found = _PICTURE.fullmatch(address)
        return self.pictures.get((found[1], found[2]), "data:,") if found else "data:,"

    def _page(self, address: str) -> str:
        found = _PAGE.fullmatch(address)
        if found and found[2] is None and found[1] in self.modules:
            return f"#{found[1]}"
        if found and (found[1], found[2]) in self.pages:
            anchor = anchor_of(found[1], found[2])
            return f"#{anchor}-{found[3]}" if found[3] else f"#{anchor}"
        return self.site(address)
