"""What a click on a run block types: worked out once, when the page is loaded, so that page and proof type the same.

A block is commands in lines, and there are two ways:

- line by line, each when the one before has its prompt back: so every command stands above its own output, and a
  block may enter another program on the way (``docker run -it …``, then commands inside, then ``exit``), which a
  pasted block cannot, since the outer shell alone would read it;
- one paste and Enter, where lines belong together (a here-document, a loop, a quote over several lines, tabs): they
  arrive as they are printed.

A line such as ``^C`` is the key itself, after the program had time to show something.
"""

import re

from sandboxes.keystroke import Keystroke

_KEYS = re.compile(r"(\^[A-Z@\[\\\]_])+")
_ENTERS = re.compile(
    r"\b(run|exec|start|attach)\b(?=.*\s-(?:-interactive\b|-tty\b|-attach\b|[a-z]*[it]))"
    r"|^\s*(?:ssh|bash|sh|su|python3?)(?:\s+\S+)?\s*$|\bdocker\s+attach\b"
)
_DETACHED = re.compile(r"\s-(?:-detach\b|[a-z]*d[a-z]*\s)")
_PROGRAM = re.compile(r"\bdocker\b|^\s*(?:ssh|su|bash|sh|python3?)\b")
_CONTINUED = re.compile(r"^\s|\t|<<|[\\|&({]\s*$")
_COMPOUND = re.compile(r"^(for|while|until|if|case|do|then|else|elif|fi|done|esac|select|function|[})])\b")


def command_lines(source: str) -> list[str]:
    """The lines of a block, without blank ones at both ends and without line ends of other systems."""
    return re.sub(r"^(?:[ \t]*\n)+|\s+$", "", re.sub(r"\r\n?", "\n", source)).split("\n")


def keystrokes(source: str) -> list[Keystroke]:
    """What is typed for a block, in order; nothing for an empty one."""
    lines = command_lines(source)
    if lines == [""]:
        return []
    together = len(lines) == 1 or not all(is_whole(line) for line in lines)
    if together and not is_interactive(lines):
        return [Keystroke("paste", "\n".join(lines))]
    return [Keystroke("keys", keys_of(line)) if _KEYS.fullmatch(line.strip()) else Keystroke("line", line) for line in lines]


def is_interactive(lines: list[str]) -> bool:
    """Whether the lines after one of these are meant for another program than the shell."""
    if any(_KEYS.fullmatch(line.strip()) for line in lines):
        return True
    enters_at = next((number for number, line in enumerate(lines) if _enters(line)), None)
    return enters_at is not None and any(line.strip() for line in lines[enters_at + 1 :])


def _enters(line: str) -> bool:
    return bool(_PROGRAM.search(line) and _ENTERS.search(line) and not _DETACHED.search(f"{line} "))


def is_whole(line: str) -> bool:
    """Whether a line is a command of its own: nothing is open at its end, and nothing before it was."""
    if not line.strip() or _CONTINUED.search(line) or _COMPOUND.search(line):
        return False
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", re.sub(r"\\.", "", line))
    return not re.search(r"[\"'`]", re.sub(r"`[^`]*`", "", bare))


def keys_of(line: str) -> str:
    """The characters of a line of keys: ``^C`` is 0x03."""
    return re.sub(r"\^(.)", lambda key: chr(ord(key[1]) & 0x1F), line.strip())
