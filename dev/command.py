"""Running other programs, with their output kept."""

import os
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev.console import Problem, Progress

_KEPT = 20  # lines of a failed command that are shown


def run_logged(
    argv: Sequence[str | Path],
    *,
    problem: str,
    log: Path,
    progress: Progress,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    secret: bool = False,
) -> str:
    """Run a command without input; every line goes to the log file and to ``progress``.

    With ``secret`` its output is shown to nobody, unless it fails. Returns the last lines. Raises Problem with the
    sentence ``problem``, after the last lines and the log's path.
    """
    last: deque[str] = deque(maxlen=_KEPT)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8", errors="replace") as out:
        out.write(f"$ {' '.join(map(str, argv))}\n")
        try:
            process = subprocess.Popen(
                [str(word) for word in argv],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise Problem(f"{problem} ({argv[0]}: {os.strerror(error.errno or 0)}).") from error
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                last.append(line.rstrip())
                if not secret:
                    out.write(line)
                    progress(line)
    text = "\n".join(last)
    if process.returncode:
        raise Problem(f"{text}\n{problem} (status {process.returncode}; the whole output is in {log}).")
    return text
