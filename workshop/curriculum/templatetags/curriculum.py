"""Filters for pages of the curriculum."""

import re
from collections.abc import Mapping

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from workshop.curriculum.models import Module

register = template.Library()


@register.filter
def clock(minutes: int) -> str:
    """Minutes as hours and minutes: 90 is "1:30"."""
    return f"{minutes // 60}:{minutes % 60:02}"


@register.filter
def named(names: Mapping[str, str], key: str) -> str:
    """What stands under the key; the key itself where nothing does."""
    return names.get(key, key)


@register.filter
def at(things: Mapping[str, object], key: str) -> object | None:
    """What stands under the key, nothing where nothing does."""
    return things.get(key)


@register.filter
def network(names: Mapping[str, str], module: Module) -> str:
    """What a module's labs need to reach, in words."""
    return names[module.needs.get("network", "none")]


@register.filter
def inline_code(text: str) -> SafeString:
    """A line of plain text in which only `code` between backticks is marked."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308 (escaped before)


@register.filter
def marked(text: str, words: str) -> SafeString:
    """A line of plain text in which the words that were looked for are marked."""
    alternatives = "|".join(re.escape(word) for word in sorted(words.split(), key=len, reverse=True))
    parts = re.split(f"({alternatives})", text, flags=re.IGNORECASE) if alternatives else [text]
    return mark_safe("".join(f"<mark>{escape(part)}</mark>" if number % 2 else escape(part) for number, part in enumerate(parts)))  # noqa: S308 (escaped)


@register.filter
def own_ids(html: str, prefix: str) -> SafeString:
    """Sanitized HTML whose ids, and the links to them, begin with the prefix: several pages can stand in one."""

    def in_tag(tag: re.Match[str]) -> str:
        return re.sub(r' (id="|href="#)([^"]*)"', rf' \1{prefix}-\2"', tag[0])

    return mark_safe(re.sub(r"<[a-z][^>]*>", in_tag, html))  # noqa: S308 (sanitized when it was loaded)
