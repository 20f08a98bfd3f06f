"""Starts services in order, keeps them running, streams what they say, and stops them in reverse order."""

import asyncio
import fcntl
import itertools
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dev import pids
from dev.child import Child
from dev.console import Problem, coloured
from dev.services import Service

_READY_SECONDS = 60.0
_HOPELESS = 4  # ends of one service before anything was ready: it will not get better
_SAME_CTRL_C = 0.5  # seconds within which a second signal is the first one, passed on by make as well
_LOG_LIMIT = 5 * 1024**2  # bytes after which a service's log file is put aside
_COLOURS = {"asgi": 36, "worker": 32, "beat": 33, "redis": 35}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to supervise. Services start in this order and stop in the reverse one.

    ``health`` returns what is wrong, one sentence each; ``ready`` is called once, when nothing is any more.
    """

    services: Sequence[Service]
    env: Mapping[str, str]
    cwd: Path
    run: Path
    log: Path
    health: Callable[[], Awaitable[list[str]]]
    ready: Callable[[], Iterable[str]]
    patience: float = _READY_SECONDS


def supervise(plan: Plan) -> int:
    """Run the plan until a signal or a failed start.

    Returns the status: 0 for a clean stop, 1 for a failed start, 130 when a second signal cut the stop short.
    Raises Problem when the same installation runs already.
    """
    with _OnlyOne(plan.run):
        return asyncio.run(Supervisor(plan).run())


def running(run: Path) -> int | None:
    """The pid of the supervisor that holds this ``run/`` folder, or None.

    The lock tells, not the number: after kill -9 the number may be anybody's.
    """
    file = run / "supervisor.pid"
    try:
        lock = file.open("r", encoding="ascii")
    except FileNotFoundError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return pids.read(file)
    return None


class _OnlyOne:
    """Holds the lock of an installation's ``run/`` folder, and its supervisor.pid."""

    def __init__(self, run: Path) -> None:
        self._file = run / "supervisor.pid"
        self._lock: IO[str] | None = None

    def __enter__(self) -> None:
        # Opened without truncating: the number in it is somebody else's until the lock is ours.
        lock = self._file.open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            owner = pids.read(self._file)
            raise Problem(f"Drydock runs here already (process {owner}); `make stop` stops it.") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def __exit__(self, *_: object) -> None:
        assert self._lock is not None
        self._lock.truncate(0)
        self._lock.close()


class Supervisor:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._stop = asyncio.Event()
        self._voice = Voice(plan.log, [service.name for service in plan.services], lost=self._stop.set)
        self._children = [Child(service, env=plan.env, cwd=plan.cwd, run=plan.run, speak=self._voice.speak) for service in plan.services]
        self._tasks: dict[Child, asyncio.Task[None]] = {}
        self._first_signal = 0.0
        self._failed = False
        self._forced = False

    async def run(self) -> int:
        """Start, wait for the end, stop; the status as ``supervise`` returns it."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._on_signal, number)
        start = asyncio.create_task(self._start())
        start.add_done_callback(self._on_end)
        await self._stop.wait()
        start.cancel()
        await self._stop_all()
        self._voice.close()
        return 130 if self._forced else int(self._failed)

    def _on_end(self, task: asyncio.Task[Any]) -> None:
        """A task of ours is over: one that raised must not leave programs behind that nobody looks after."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._voice.speak("drydock", f"stopping, because of {type(error).__name__}: {error}")
            self._fail()

    def _fail(self) -> None:
        self._failed = True
        self._stop.set()

    def _on_signal(self, number: signal.Signals) -> None:
        now = time.monotonic()
        if not self._stop.is_set():
            self._first_signal = now
            self._voice.speak("drydock", "stopping; Ctrl-C again stops everything at once")
            self._stop.set()
        elif now - self._first_signal > _SAME_CTRL_C and number is not signal.SIGHUP:
            self._forced = True
            for child in self._children:
                child.kill()

    async def _start(self) -> None:
        """Start everything and wait until it is well; gives up with words when it will not be."""
        began = time.monotonic()
        deadline = began + self._plan.patience
        for child in self._children:
            self._tasks[child] = asyncio.create_task(child.keep_running())
            self._tasks[child].add_done_callback(self._on_end)
            if not await self._comes_up(child, deadline):
                self._fail()
                return
        while wrong := await self._plan.health():
            if self._hopeless() or time.monotonic() > deadline:
                self._voice.speak("drydock", f"not well after {time.monotonic() - began:.0f} s, giving up:")
                for sentence in wrong:
                    self._voice.speak("drydock", f"  {sentence}")
                self._fail()
                return
            await asyncio.sleep(0.4)
        self._voice.speak("drydock", f"well after {time.monotonic() - began:.1f} s")
        for line in self._plan.ready():
            self._voice.speak("drydock", line)

    async def _comes_up(self, child: Child, deadline: float) -> bool:
        waiting = asyncio.create_task(child.accepting())
        while not waiting.done():
            await asyncio.wait([waiting], timeout=0.2)
            if not waiting.done() and (self._hopeless() or time.monotonic() > deadline):
                waiting.cancel()
                self._voice.speak("drydock", f"{child.service.name} does not start; its own words are above")
                return False
        return True

    def _hopeless(self) -> bool:
        return any(child.restarts >= _HOPELESS for child in self._children)

    async def _stop_all(self) -> None:
        """Stop what was started, the last first. Each has its grace, and what those before it have left of theirs."""
        until = time.monotonic()
        for child in reversed(self._tasks):
            until += child.service.grace
            began = time.monotonic()
            child.ask_to_stop()
            task = self._tasks[child]
            await asyncio.wait([task], timeout=until - began)
            if not task.done():
                if not self._forced:
                    words = f"{child.service.name} has not stopped in {until - began:.1f} s; killing it"
                    self._voice.speak("drydock", words)
                child.kill()
                await asyncio.wait([task], timeout=3)
        self._voice.speak("drydock", "stopped")


class Voice:
    """Puts lines on the screen behind the name of who says them, and into a log file of each.

    ``lost`` is called when nobody reads the screen any more: the terminal or the reader of a pipe has gone.
    """

    def __init__(self, log: Path, names: Sequence[str], *, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._width = max(map(len, (*names, "drydock")))
        self._colour = coloured(sys.stdout)
        self._files = {name: self._open(log / f"{name}.log") for name in names}
        fallback = itertools.cycle((34, 31))
        self._colours = {name: _COLOURS.get(name) or next(fallback) for name in names}

    def speak(self, who: str, line: str) -> None:
        """One line, from a service or from ourselves (``drydock``)."""
        with suppress(OSError):  # a full disk is no reason to stop serving
            if who in self._files:
                print(line, file=self._files[who], flush=True)
        name = f"{who:<{self._width}}"
        if self._colour:
            name = f"\033[{self._colours.get(who, 1)}m{name}\033[0m"
        try:
            print(f"{name} | {line}", flush=True)
        except OSError:
            self._lost()

    def close(self) -> None:
        """Close the log files."""
        for file in self._files.values():
            file.close()

    @staticmethod
    def _open(path: Path) -> IO[str]:
        with suppress(FileNotFoundError):
            if path.stat().st_size > _LOG_LIMIT:
                path.replace(path.with_suffix(".log.1"))
        return path.open("a", encoding="utf-8", errors="replace")
