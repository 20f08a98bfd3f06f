"""What is typed into a terminal in one go, and how one tells that a shell waits for more."""

import re
from dataclasses import dataclass

_PROMPT = re.compile(r"(?:[#$%>]|\w:) ?$")


@dataclass(frozen=True, slots=True)
class Keystroke:
    """``paste`` and ``line`` are text that Enter follows (``paste`` may have several lines), ``keys`` is control characters alone."""

    kind: str
    text: str


def looks_like_prompt(line: str) -> bool:
    """Whether a line of the screen, up to the cursor, looks like a prompt that waits for input."""
    return bool(_PROMPT.search(line)) and line.strip() != ""
