"""Pid files, read with the doubt they deserve: a number in a file says nothing about who has it today."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path


def read(path: Path) -> int | None:
    """The pid in a file, or None."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if text.isdecimal() and int(text) > 0 else None


def is_running(pid: int | None, name: str | None = None) -> bool:
    """Whether a process of this pid (and, where given, this command name) runs and is not a zombie."""
    if pid is None:
        return False
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    command, _, rest = status.partition("(")[2].rpartition(") ")
    return rest[:1] != "Z" and (name is None or command == name[:15])


def remove_stale(path: Path, name: str) -> None:
    """Delete a pid file whose process is gone, or whose number belongs to another program by now."""
    if path.exists() and not is_running(read(path), name):
        path.unlink(missing_ok=True)


def stop(pid: int, *, seconds: float) -> bool:
    """SIGTERM a process and wait; whether it is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
