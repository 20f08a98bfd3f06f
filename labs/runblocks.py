"""Run blocks: fenced code whose info string says ``run``, shown as commands that a click types.

    ```sh run
    docker run hello-world
    ```

The words after ``run`` are options: ``interrupt`` sends Ctrl-C first, ``node=node2`` names an instance.
On a Git host the same text shows as an ordinary, highlighted code block.
"""

import re
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_FORMATTER = HtmlFormatter(nowrap=True)
_OPTION = re.compile(r"interrupt|node=node[1-5]")


class RunBlockError(ValueError):
    """The info string cannot be understood; the text says why."""


@dataclass(frozen=True, slots=True)
class RunBlock:
    """Commands that the page offers to run: ``line`` is where the fence opens in its file (from 1)."""

    language: str
    commands: str
    interrupt: bool
    node: str
    line: int


def parse(token: Token, *, first_line: int = 0) -> RunBlock | None:
    """The run block of a fence token, None where it is plain code. Raises RunBlockError."""
    language, *words = token.info.split() or [""]
    if language == "run":
        raise RunBlockError("a run block needs a language before the word run, such as ```sh run")
    if words[:1] != ["run"]:
        return None
    for word in words[1:]:
        if not _OPTION.fullmatch(word):
            raise RunBlockError(f"unknown option {word!r}; it may be interrupt or node=node1 … node=node5")
    commands = token.content.rstrip("\n")
    if not commands.strip():
        raise RunBlockError("a run block needs at least one command")
    node = next((word.removeprefix("node=") for word in words[1:] if word.startswith("node=")), "")
    line = first_line + (token.map[0] if token.map else 0) + 1
    return RunBlock(language, commands, "interrupt" in words[1:], node, line)


def code_html(language: str, text: str) -> str:
    """Highlighted code, as spans with Pygments' class names; plain where the language is unknown."""
    try:
        return str(highlight(text, get_lexer_by_name(language, stripnl=False), _FORMATTER))
    except ClassNotFound:
        return escape(text)


def render(block: RunBlock) -> str:
    """The figure that the page's script turns into buttons; without script it is readable code."""
    where = f"in {block.node}" if block.node else "in the terminal"
    caption = "Interrupt, then run" if block.interrupt else "Run"
    return (
        f'<figure class="run-block" data-run data-interrupt="{str(block.interrupt).lower()}" data-node="{escape(block.node)}">'
        f"<figcaption>{caption} {where}</figcaption>"
        f'<pre tabindex="0"><code class="language-{escape(block.language)}">{code_html(block.language, block.commands)}</code></pre>'
        f'<template class="run-source">{escape(block.commands)}</template></figure>\n'
    )
