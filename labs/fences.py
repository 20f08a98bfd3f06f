"""The code fences of a page that are more than code; the word after the language says what one is.

``run``         commands that a click types into the learner's terminal
``check``       the script that exits 0 only when the step is really done
``near-miss``   what a learner might do wrong; the check must refuse it, and the proof tries that
``undo``        takes the near miss before it back, in the proof

On a Git host the same text shows as ordinary, highlighted code blocks.
"""

import re
import shlex
from dataclasses import dataclass
from enum import StrEnum

from markdown_it.token import Token

RUN_LIMIT = 120
"""Seconds that the proof gives a run block which says nothing else."""
CHECK_TIMEOUT = 10
"""Seconds after which a check that says nothing else counts as broken."""


class FenceKind(StrEnum):
    """What a fence is for."""

    RUN = "run"
    CHECK = "check"
    NEAR_MISS = "near-miss"
    UNDO = "undo"


_OPTIONS = {
    FenceKind.RUN: {
        "interrupt": re.compile(r""),
        "node": re.compile(r"node[1-5]"),
        "limit": re.compile(r"[1-9][0-9]{0,2}"),
        "skip": re.compile(r".+"),
    },
    FenceKind.CHECK: {"timeout": re.compile(r"[1-9][0-9]?"), "node": re.compile(r"node[1-5]")},
    FenceKind.NEAR_MISS: {"node": re.compile(r"node[1-5]"), "limit": re.compile(r"[1-9][0-9]{0,2}")},
    FenceKind.UNDO: {"node": re.compile(r"node[1-5]")},
}
_EXAMPLES = {
    FenceKind.RUN: 'interrupt, node=node1 … node=node5, limit=SECONDS or skip="reason"',
    FenceKind.CHECK: "timeout=SECONDS (up to 99) or node=node1 … node=node5",
    FenceKind.NEAR_MISS: "node=node1 … node=node5 or limit=SECONDS",
    FenceKind.UNDO: "node=node1 … node=node5",
}


class FenceError(ValueError):
    """The info string cannot be understood; the text says why."""


@dataclass(frozen=True, slots=True)
class Fence:
    """One fence. ``line`` is where it opens in its file (from 1), ``seconds`` its limit."""

    kind: FenceKind
    language: str
    source: str
    line: int
    interrupt: bool = False
    node: str = ""
    seconds: int = RUN_LIMIT
    skip: str = ""


def parse(token: Token, *, first_line: int = 0) -> Fence | None:
    """What a fence token is, None where it is plain code. Raises FenceError."""
    try:
        language, *words = shlex.split(token.info) or [""]
    except ValueError as error:
        raise FenceError(f"the words after ``` cannot be read: {error}") from error
    if language in set(FenceKind):
        raise FenceError(f"a {language} block needs a language before the word {language}, such as ```sh {language}")
    if not words or words[0] not in set(FenceKind):
        return None
    kind = FenceKind(words[0])
    options = _read_options(kind, words[1:])
    source = token.content.rstrip("\n")
    if not source.strip():
        raise FenceError(f"a {kind} block needs at least one command")
    default = CHECK_TIMEOUT if kind is FenceKind.CHECK else RUN_LIMIT
    return Fence(
        kind=kind,
        language=language,
        source=source,
        line=first_line + (token.map[0] if token.map else 0) + 1,
        interrupt="interrupt" in options,
        node=options.get("node", ""),
        seconds=int(options.get("limit") or options.get("timeout") or default),
        skip=options.get("skip", ""),
    )


def _read_options(kind: FenceKind, words: list[str]) -> dict[str, str]:
    options = {}
    for word in words:
        name, _, value = word.partition("=")
        pattern = _OPTIONS[kind].get(name)
        if pattern is None or not pattern.fullmatch(value):
            raise FenceError(f"unknown option {word!r}; it may be {_EXAMPLES[kind]}")
        options[name] = value
    return options
