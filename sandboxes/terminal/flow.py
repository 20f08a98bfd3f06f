"""Flow control: how much output may be under way, when to read on, and how often to do a thing. No input or output."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")

BURST_READS = 3
"""This many reads one right after the other are a burst."""
BURST_GAP = 0.002
"""Seconds between reads that are one right after the other."""
PAUSE = 0.008
"""Seconds that reading rests in a burst."""


class CreditWindow:
    """How many bytes the client may still be sent: ``size`` less what it has not acknowledged.

    Once the window is used up it opens again at half, so that a slow client gets few large pieces and not many small ones.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.sent = 0
        self.acknowledged = 0
        self._open = asyncio.Event()
        self._open.set()

    @property
    def outstanding(self) -> int:
        """Bytes sent and not acknowledged."""
        return self.sent - self.acknowledged

    @property
    def available(self) -> int:
        """Bytes that may be sent now."""
        return max(0, self.size - self.outstanding)

    def spend(self, count: int) -> None:
        """Note that ``count`` bytes are being sent."""
        self.sent += count
        if self.outstanding >= self.size:
            self._open.clear()

    def acknowledge(self, offset: int) -> bool:
        """Note that all before ``offset`` has been rendered; False where that much was never sent.

        Offsets are cumulative: one that is behind an earlier one changes nothing.
        """
        if offset > self.sent:
            return False
        self.acknowledged = max(self.acknowledged, offset)
        if self.outstanding <= self.size // 2:
            self._open.set()
        return True

    @property
    def is_open(self) -> bool:
        """Whether something may be sent now."""
        return self._open.is_set()

    async def wait(self) -> None:
        """Wait until it is open."""
        await self._open.wait()


class Pacer:
    """Adaptive reading: a lone keystroke never waits, a burst is read in few large pieces.

    Each frame costs the server, the engine and the browser about the same, whatever its size. Letting bytes gather in
    the engine's socket for a few milliseconds makes ten frames one.
    """

    def __init__(self) -> None:
        self._in_a_row = 0
        self._last = float("-inf")

    def rest(self, now: float) -> float:
        """Seconds that reading should rest after a read at ``now``, 0 outside bursts."""
        self._in_a_row = self._in_a_row + 1 if now - self._last <= BURST_GAP else 1
        self._last = now
        if self._in_a_row <= BURST_READS:
            return 0.0
        # The next read comes right after the rest: that is where the gap is counted from.
        self._last = now + PAUSE
        return PAUSE


class Backoff:
    """Growing waits between tries: ``first`` seconds, doubling up to ``most``; calm again after a try that lasted."""

    def __init__(self, first: float, most: float) -> None:
        self.first = first
        self.most = most
        self._tries = 0
        self._last = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds to wait before a try at ``now``: none before the first, and none where the last was long ago."""
        if now - self._last > 2 * self.most:
            self._tries = 0
        pause = 0.0 if self._tries == 0 else min(self.most, self.first * 2.0 ** (self._tries - 1))
        self._tries += 1
        self._last = now + pause
        return pause


class Errand(Generic[Value]):
    """Something done in the background with the latest value: one at a time, at most once in ``every`` seconds.

    A value that arrives meanwhile replaces one that still waits.
    """

    def __init__(self, act: Callable[[Value], Awaitable[None]], every: float) -> None:
        self._act = act
        self._every = every
        self._waiting: list[Value] = []
        self._task: asyncio.Task[None] | None = None

    def do(self, value: Value) -> None:
        """Do it with this value, now or as soon as it may be."""
        self._waiting = [value]
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    def cancel(self) -> None:
        """Drop what waits and stop what runs."""
        self._waiting = []
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        while self._waiting:
            await self._act(self._waiting.pop())
            await asyncio.sleep(self._every)
