"""How fences look on a page: run blocks as figures that the page's script turns into buttons, checks as a place for their step."""

import json
from dataclasses import asdict
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from labs.fences import Fence, FenceKind
from labs.keystrokes import keystrokes

STEP_PLACE = '<div class="step-panel"'
"""What a page with steps has in its HTML: where the page's script shows how a step is."""

_FORMATTER = HtmlFormatter(nowrap=True)


def code_html(language: str, text: str) -> str:
    """Highlighted code, as spans with Pygments' class names; plain where the language is unknown."""
    try:
        return str(highlight(text, get_lexer_by_name(language, stripnl=False), _FORMATTER))
    except ClassNotFound:
        return escape(text)


def render(fence: Fence, anchor: str = "") -> str:
    """What learners see of a fence: a run block, the place of a step, or nothing."""
    if fence.kind is FenceKind.RUN:
        return _run_block(fence)
    if fence.kind is FenceKind.CHECK:
        return f'{STEP_PLACE} data-step="{escape(anchor)}"></div>\n'
    return ""


def _run_block(fence: Fence) -> str:
    where = f"in {fence.node}" if fence.node else "in the terminal"
    caption = "Interrupt, then run" if fence.interrupt else "Run"
    typed = json.dumps([asdict(stroke) for stroke in keystrokes(fence.source)], ensure_ascii=False)
    return (
        f'<figure class="run-block" data-run data-interrupt="{str(fence.interrupt).lower()}" data-node="{escape(fence.node)}">'
        f"<figcaption>{caption} {where}</figcaption>"
        f'<pre tabindex="0"><code class="language-{escape(fence.language)}">{code_html(fence.language, fence.source)}</code></pre>'
        f'<template class="run-source">{escape(fence.source)}</template>'
        f'<template class="run-keystrokes">{escape(typed)}</template></figure>\n'
    )
