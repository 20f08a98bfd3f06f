"""The terminal's WebSocket protocol, version 1: what frames say. docs/terminal-protocol.md is its text.

Binary frames are bytes of the terminal, both ways. Text frames are JSON objects with a ``type``. Nothing here does any
input or output.
"""

import json
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal
from urllib.parse import parse_qs

VERSION = 1
SUBPROTOCOL = "drydock.terminal.v1"
WINDOW = 256 * 1024
"""Bytes of output that the client may have received and not acknowledged."""
ACKNOWLEDGE = 64 * 1024
"""The client acknowledges at the latest after this many bytes."""
INPUT_LIMIT = 1024 * 1024
"""Bytes of one binary frame from the client."""
TEXT_LIMIT = 4096
"""Characters of one text frame from the client."""
SEARCH_LIMIT = 200
COLS = range(2, 1001)
ROWS = range(1, 501)
REASON_BYTES = 123
"""What RFC 6455 leaves for the reason of a close frame."""

_VIEWER = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Close(IntEnum):
    """Why the server closes. Below 4000: RFC 6455 and its registry."""

    RESTART = 1012
    BAD_FRAME = 4400
    SIGNED_OUT = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    REPLACED = 4408
    CLOSED = 4409
    ENDED = 4410
    NOT_READY = 4425
    UNREACHABLE = 4503


class BadFrame(ValueError):
    """The client broke the protocol. Its text is a sentence for the person who writes a client."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the terminal: a token of the browser tab, and its size in characters."""

    token: str
    cols: int
    rows: int


@dataclass(frozen=True, slots=True)
class Resize:
    """The client's terminal has another size."""

    cols: int
    rows: int


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The client has rendered all output before this offset, counted from this connection's start."""

    offset: int


@dataclass(frozen=True, slots=True)
class Search:
    """Show the next place in the history that contains the text."""

    text: str
    direction: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Ping:
    """The client asks for a pong."""


Control = Resize | Acknowledge | Search | Ping


def parse_query(query: bytes) -> Viewer:
    """Read ``viewer=TOKEN&cols=C&rows=R``. Raises BadFrame."""
    fields = parse_qs(query.decode("ascii", "replace"), max_num_fields=20)
    token = fields.get("viewer", [""])[-1]
    if not _VIEWER.fullmatch(token):
        raise BadFrame("viewer must be 8 to 64 letters, digits, dashes and underscores.")
    cols, rows = (_digits(fields.get(name, [""])[-1]) for name in ("cols", "rows"))
    return Viewer(token, _within(cols, COLS, "cols"), _within(rows, ROWS, "rows"))


def parse_control(text: str) -> Control:
    """Read a text frame. Raises BadFrame with a sentence for anything that is not in the protocol."""
    if len(text) > TEXT_LIMIT:
        raise BadFrame(f"A text frame has at most {TEXT_LIMIT} characters.")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame("A text frame must be JSON.") from error
    if not isinstance(frame, dict):
        raise BadFrame("A text frame must be a JSON object.")
    kind = frame.get("type")
    if kind == "ack":
        return Acknowledge(_integer(frame, "offset"))
    if kind == "resize":
        return Resize(_within(_integer(frame, "cols"), COLS, "cols"), _within(_integer(frame, "rows"), ROWS, "rows"))
    if kind == "search":
        return _search(frame)
    if kind == "ping":
        return Ping()
    raise BadFrame("The type of a text frame must be ack, resize, search or ping.")


def ready() -> str:
    """The first frame of the server: bytes of the terminal may come from now on."""
    return _encode("ready", version=VERSION, window=WINDOW, acknowledge=ACKNOWLEDGE)


def pong() -> str:
    """The answer to a ping."""
    return _encode("pong")


def notice(sentence: str) -> str:
    """Something that the person at the terminal should know; the connection goes on."""
    return _encode("notice", sentence=sentence)


def refused(code: int, sentence: str, retry: bool) -> str:
    """The last frame before a close: its code, the whole sentence, and whether connecting again can help."""
    return _encode("refused", code=code, sentence=sentence, retry=retry)


def reason(sentence: str) -> str:
    """The sentence cut to what a close frame can carry, never inside a character."""
    raw = sentence.encode()
    return sentence if len(raw) <= REASON_BYTES else raw[: REASON_BYTES - 3].decode(errors="ignore") + "…"


def _encode(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, **fields}, ensure_ascii=False, separators=(",", ":"))


def _search(frame: dict[str, Any]) -> Search:
    text, direction = frame.get("text"), frame.get("direction")
    if not isinstance(text, str) or not 0 < len(text) <= SEARCH_LIMIT or not text.isprintable():
        raise BadFrame(f"search needs a text of 1 to {SEARCH_LIMIT} printable characters.")
    if direction == "up":
        return Search(text, "up")
    if direction == "down":
        return Search(text, "down")
    raise BadFrame("The direction of a search must be up or down.")


def _integer(frame: dict[str, Any], name: str) -> int:
    value = frame.get(name)
    # bool is an int in Python, and true is not a number in JSON.
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadFrame(f"{name} must be a whole number from 0 on.")
    return value


def _digits(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _within(value: int, allowed: range, name: str) -> int:
    if value not in allowed:
        raise BadFrame(f"{name} must be {allowed.start} to {allowed.stop - 1}.")
    return value
