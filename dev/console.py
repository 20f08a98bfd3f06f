"""What the person sees: named steps with their times, and problems as one sentence."""

import os
import sys
import time
from collections.abc import Iterable
from typing import Protocol, TextIO

_HEARTBEAT = 15.0  # seconds between progress lines where the output is not a terminal


class Problem(Exception):
    """What stops a command, as one sentence that says what to do; the command ends with status 1."""


class Progress(Protocol):
    """Takes one line about what a step does right now."""

    def __call__(self, line: str, /) -> None:
        """Show it, or not: progress is a courtesy."""


class Step(Protocol):
    """Something that is made true once. ``done`` is quick, and right also after the result was deleted by hand."""

    title: str

    def done(self) -> bool:
        """Whether it is true already. Raises Problem where it is not and cannot be made so."""
        ...

    def run(self, progress: Progress) -> None:
        """Make it true. Raises Problem."""
        ...


def coloured(stream: TextIO) -> bool:
    """Whether escape codes may be written: a terminal, and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Console:
    """Writes steps to a terminal as one living line each, elsewhere as plain lines."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._tty = self._stream.isatty()
        self._title = ""
        self._started = 0.0
        self._spoken = 0.0

    def say(self, text: str) -> None:
        """A line of its own."""
        print(text, file=self._stream, flush=True)

    def perform(self, steps: Iterable[Step]) -> None:
        """Run the steps that are not done yet, in order; each with its elapsed time."""
        for step in steps:
            self._title, self._started = step.title, time.monotonic()
            self._spoken = self._started
            if self._tty:
                self._live("")
            if step.done():
                self._finish("already there")
                continue
            if not self._tty:
                self.say(f"{step.title} ...")
            try:
                step.run(self.progress)
            except BaseException:
                self._finish("failed")
                raise
            self._finish("done")

    def progress(self, line: str) -> None:
        """What the running step says: replaces the living line, or now and then a plain one."""
        line = " ".join(line.split())
        if not line:
            return
        if self._tty:
            self._live(line)
        elif time.monotonic() - self._spoken > _HEARTBEAT:
            self._spoken = time.monotonic()
            self.say(f"  {self._spoken - self._started:4.0f} s  {line[:150]}")

    def _live(self, line: str) -> None:
        try:
            width = os.get_terminal_size(self._stream.fileno()).columns
        except OSError:
            width = 80
        text = f"  {self._title:<24} {time.monotonic() - self._started:6.1f} s  {line}"
        self._stream.write(f"\r\033[K{text[: width - 1]}")
        self._stream.flush()

    def _finish(self, how: str) -> None:
        if self._tty:
            self._stream.write("\r\033[K")
        self.say(f"  {self._title:<24} {time.monotonic() - self._started:6.1f} s  {how}")
