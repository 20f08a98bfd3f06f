"""What a terminal shows, kept up from its bytes: pyte, with what tmux sends to an xterm and pyte leaves out."""

from itertools import chain
from typing import Any

import pyte

_BRACKETED_PASTE = 2004 << 5  # pyte keeps private modes shifted


class _Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down", "b": "repeat"}
    events = frozenset(chain(pyte.ByteStream.events, ("scroll_up", "scroll_down", "repeat")))


class _Screen(pyte.Screen):
    def draw(self, data: str) -> None:
        """Keep the last character, which a sequence may ask to repeat."""
        super().draw(data)
        self.last = data[-1:]

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        """Colours and styles; with a question mark it is no such thing, but a question."""
        if not private:
            super().select_graphic_rendition(*attrs)

    def repeat(self, count: int | None = None, **_: Any) -> None:
        """Draw the last character again (REP)."""
        self.draw(getattr(self, "last", "") * (count or 1))

    def scroll_up(self, count: int | None = None, **_: Any) -> None:
        """Move the lines within the margins up (SU); the cursor stays."""
        self._at_top(self.delete_lines, count)

    def scroll_down(self, count: int | None = None, **_: Any) -> None:
        """Move the lines within the margins down (SD); the cursor stays."""
        self._at_top(self.insert_lines, count)

    def _at_top(self, move: Any, count: int | None) -> None:
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        move(count)
        self.cursor.x, self.cursor.y = x, y

    def delete_lines(self, count: int | None = None) -> None:
        """The same as pyte's, which leaves a line as it was where an empty one moves into its place."""
        count = count or 1
        top, bottom = (self.margins.top, self.margins.bottom) if self.margins else (0, self.lines - 1)
        if not top <= self.cursor.y <= bottom:
            return
        for line in range(self.cursor.y, bottom + 1):
            moved = self.buffer.pop(line + count, None) if line + count <= bottom else None
            if moved is None:
                self.buffer.pop(line, None)
            else:
                self.buffer[line] = moved
        self.carriage_return()


class TerminalScreen:
    """A screen of so many columns and rows. ``feed`` it with what a terminal sends."""

    def __init__(self, cols: int, rows: int) -> None:
        self._screen = _Screen(cols, rows)
        self._stream = _Stream(self._screen)

    def feed(self, data: bytes) -> None:
        """Draw what came. A sequence that is not understood is left out."""
        try:
            self._stream.feed(data)
        except TypeError:
            # pyte calls the method of a sequence with whatever arguments stand in it. Its parser has ended with that.
            self._stream = _Stream(self._screen)

    def reset(self) -> None:
        """As a new one."""
        self._screen.reset()
        self._stream = _Stream(self._screen)

    @property
    def before_cursor(self) -> str:
        """The text of the cursor's line up to the cursor."""
        cursor = self._screen.cursor
        return self._screen.display[cursor.y][: cursor.x]

    @property
    def text(self) -> str:
        """All that is on it, without blanks at the ends of lines and empty lines around."""
        return "\n".join(line.rstrip() for line in self._screen.display).strip("\n")

    @property
    def brackets_pastes(self) -> bool:
        """Whether the program in the terminal wants to know where a paste begins and ends."""
        return _BRACKETED_PASTE in self._screen.mode
