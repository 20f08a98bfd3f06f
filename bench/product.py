"""The product that is measured: one of its own, started as ``make run`` does, or the one at DRYDOCK_BENCH_URL.

For a running one, DRYDOCK_BENCH_ACCOUNT names a file with a line "E-MAIL PASSWORD"; figures about the server's process
need DRYDOCK_BENCH_PID.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.marks import write_lab

ROOT = Path(__file__).resolve().parent.parent
START = 180.0
TERMINALS = 120


@dataclass(frozen=True, slots=True)
class Product:
    """Where it is, who signs in, and its ASGI server's process (0: unknown)."""

    url: str
    email: str
    password: str
    pid: int

    def cpu(self) -> float:
        """CPU seconds that the server's process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Resident bytes of the server's process."""
        return resident(self.pid)


def resident(pid: int) -> int:
    """Resident bytes of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


@contextmanager
def product() -> Iterator[Product]:
    """The product to measure."""
    url = os.environ.get("DRYDOCK_BENCH_URL", "").rstrip("/")
    if url:
        email, password = Path(os.environ["DRYDOCK_BENCH_ACCOUNT"]).read_text(encoding="utf-8").split()[:2]
        yield Product(url, email, password, int(os.environ.get("DRYDOCK_BENCH_PID", "0")))
        return
    # Short, because the supervisor keeps sockets below it.
    folder = Path(tempfile.mkdtemp(prefix="drydock-bench-"))
    try:
        with _started(folder) as url:
            email, password = _learner(folder / "accounts.txt")
            yield Product(url, email, password, int((folder / "run" / "asgi.pid").read_text(encoding="ascii")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(folder: Path) -> Iterator[str]:
    shared = {"REDIS_URL", "DATABASE_URL", "PORT", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in shared and not name.startswith("DRYDOCK_")}
    kept |= {name: os.environ[name] for name in ("DRYDOCK_PROFILE", "DRYDOCK_SANDBOX_IMAGE") if name in os.environ}
    env = {**kept, "DRYDOCK_VAR": str(folder), "PORT": "0", "PYTHON": sys.executable}
    env |= {"DRYDOCK_CONTENT": f"{ROOT / 'content'} {write_lab(folder / 'content')}"}
    env |= {"DRYDOCK_TERMINALS_PER_SANDBOX": str(TERMINALS), "DRYDOCK_SANDBOX_PIDS": "4000", "DRYDOCK_LOG_LEVEL": "WARNING"}
    told, tell = os.pipe()
    with (folder / "supervisor.log").open("wb") as log:
        argv = [str(ROOT / "dev" / "bootstrap.sh"), "serve", "--ready-fd", str(tell)]
        supervisor = subprocess.Popen(argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[tell])
    os.close(tell)
    try:
        readable, _, _ = select.select([told], [], [], START)
        url = os.read(told, 200).decode().strip().rstrip("/") if readable else ""
        if not url:
            raise RuntimeError("The product did not start:\n" + (folder / "supervisor.log").read_text(encoding="utf-8"))
        yield url
    finally:
        os.close(told)
        supervisor.send_signal(signal.SIGINT)
        supervisor.wait(60)


def _learner(accounts: Path) -> tuple[str, str]:
    for line in accounts.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if any(word.startswith("learner@") for word in words):
            email = next(word for word in words if word.startswith("learner@"))
            return email, words[-1]
    raise RuntimeError(f"There is no learner in {accounts}.")
