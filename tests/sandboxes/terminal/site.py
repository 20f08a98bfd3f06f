"""A site of its own for the terminal tests: Redis, rows, a ready sandbox, and the ASGI server as it runs in production."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SERVER = [
    "-m", "uvicorn", "workshop.asgi:application", "--host", "127.0.0.1", "--loop", "uvloop", "--ws", "websockets-sansio",
    "--ws-per-message-deflate", "false", "--lifespan", "off", "--timeout-graceful-shutdown", "3",
]  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{process.args!r} does not listen")


class Site:
    """Processes and rows. ``make`` asks stage.py for a row and gives its answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.redis_port = _free_port()
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "workshop.settings",
            "DRYDOCK_SECRET_KEY": secrets.token_hex(16),
            "DRYDOCK_VAR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'test.sqlite3'}",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "DRYDOCK_ADDRESS": f"127.0.0.1:{self.port}",
            "DRYDOCK_ALLOWED_HOSTS": "127.0.0.1",
            "DRYDOCK_ROLE": "all",
        }
        self.server: subprocess.Popen[bytes] | None = None
        self.redis: subprocess.Popen[bytes] | None = None
        self._stage: subprocess.Popen[str] | None = None

    @property
    def origin(self) -> str:
        """What a browser on one of its pages sends as Origin."""
        return f"http://127.0.0.1:{self.port}"

    def start_redis(self) -> None:
        """Start Redis, with nothing in it."""
        options = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.redis = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        _wait_for(self.redis_port, self.redis)

    def start_server(self) -> None:
        """Start the ASGI server; its log is added to server.log."""
        with (self.folder / "server.log").open("ab") as log:
            argv = [sys.executable, *SERVER, "--port", str(self.port)]
            self.server = subprocess.Popen(argv, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        _wait_for(self.port, self.server)

    def make(self, command: str, **arguments: str) -> Any:
        """Have stage.py do it."""
        if self._stage is None:
            argv = [sys.executable, "-m", "tests.sandboxes.terminal.stage"]
            pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self._stage = subprocess.Popen(argv, env=self.environment, cwd=ROOT, **pipes)
        stdin, stdout = self._stage.stdin, self._stage.stdout
        assert stdin is not None
        assert stdout is not None
        print(json.dumps([command, arguments]), file=stdin, flush=True)
        while line := stdout.readline():
            if line.startswith("STAGE "):
                return json.loads(line.removeprefix("STAGE "))
        raise RuntimeError(f"stage.py ended with {self._stage.wait()} at {command} {arguments}")

    def memory(self) -> int:
        """Resident memory of the server, in bytes."""
        assert self.server is not None
        status = Path(f"/proc/{self.server.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) * 1024

    def close(self) -> None:
        """End every process that was started."""
        if self._stage is not None and self._stage.stdin is not None:
            self._stage.communicate(timeout=10)
        for process in (self.server, self.redis):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(10)
