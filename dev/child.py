"""One supervised program: started, read, restarted, stopped."""

import asyncio
import ctypes
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from dev.services import Service

_PR_SET_PDEATHSIG = 1
_FIRST_PAUSE = 0.5  # seconds before a restart; doubled each time
_LONGEST_PAUSE = 30.0
_STEADY = 30.0  # seconds of running after which a program counts as well again
_LONGEST_LINE = 16 * 1024  # bytes; longer ones are cut into pieces
_LIBC = ctypes.CDLL(None, use_errno=True)

Speak = Callable[[str, str], None]  # (who, line)


class Child:
    """Keeps one service running until ``stop`` or ``kill``.

    The program leads a session of its own: a terminal's Ctrl-C does not reach it, and all that it starts can be
    killed together. It dies with us, however we die.
    """

    def __init__(self, service: Service, *, env: Mapping[str, str], cwd: Path, run: Path, speak: Speak) -> None:
        self.service = service
        self.restarts = 0
        self._env = {**env, **service.env}
        self._cwd = cwd
        self._pid_file = run / f"{service.name}.pid"
        self._speak = speak
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = asyncio.Event()

    async def keep_running(self) -> None:
        """Start it, and again after every end that nobody asked for, after growing pauses."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            started = time.monotonic()
            ending = await self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > _STEADY:
                pause = _FIRST_PAUSE
            self.restarts += 1
            self._speak("drydock", f"{self.service.name} {ending}; starting it again in {pause:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def accepting(self) -> None:
        """Wait until the service's address takes connections; at once where it names none."""
        if self.service.accepts is None:
            return
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(*self.service.accepts)
                writer.close()
                return
            await asyncio.sleep(0.05)

    def ask_to_stop(self) -> None:
        """SIGTERM to the program; it is not started again."""
        self._stopping.set()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the program and everything in its session's process group."""
        self._stopping.set()
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _run_once(self) -> str:
        """Run it to its end; returns how it ended, as the end of a sentence."""
        try:
            # From the only thread, and the main one: the death signal is tied to the thread that forks.
            process = subprocess.Popen(  # noqa: ASYNC220 - asyncio's own would watch it from a thread
                self.service.argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - there are no threads
            )
        except OSError as error:
            return f"cannot be started ({self.service.argv[0]}: {error.strerror})"
        self._process = process
        self._pid_file.write_text(f"{process.pid}\n", encoding="ascii")
        output = asyncio.create_task(self._read(process))
        await _exited(process.pid)
        # Before the pid is given back by wait(): until then the group's number cannot belong to anybody else.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
        self._process = None
        self._pid_file.unlink(missing_ok=True)
        await asyncio.wait([output], timeout=1)
        output.cancel()
        return f"ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"

    async def _read(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), process.stdout)
        try:
            lines = Lines()
            while chunk := await reader.read(65536):
                for line in lines.feed(chunk):
                    self._speak(self.service.name, line)
            for line in lines.rest():
                self._speak(self.service.name, line)
        finally:
            transport.close()


class Lines:
    """Cuts a stream of bytes into lines, whatever the sizes of its pieces."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> deque[str]:
        """The lines that this piece completes."""
        *whole, self._pending = (self._pending + chunk).split(b"\n")
        while len(self._pending) > _LONGEST_LINE:
            whole.append(self._pending[:_LONGEST_LINE])
            self._pending = self._pending[_LONGEST_LINE:]
        return deque(line.decode(errors="replace").rstrip("\r") for line in whole)

    def rest(self) -> deque[str]:
        """What is left at the end of the stream, as at most one line."""
        return self.feed(b"\n") if self._pending else deque()


def die_with(parent: int) -> Callable[[], None]:
    """A function for the child, between fork and exec: SIGKILL when the parent ends, also by SIGKILL (prctl(2))."""

    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before prctl could take effect
            os._exit(1)

    return prepare


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


async def _exited(pid: int) -> None:
    """Wait until a child has ended, without taking its status."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, _settle, ended)
    try:
        await ended
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
