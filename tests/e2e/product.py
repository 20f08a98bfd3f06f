"""One real installation for the browser tests: its own folder, port, Redis, secret and traces on the engine."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import docker
from docker.errors import ImageNotFound

from dev.child import die_with
from dev.layout import ROOT, Address, Layout
from dev.site import site_env

LABEL = "io.drydock"
IMAGE = "drydock/sandbox:latest"
START = 90.0
"""Seconds that a loaded machine may take from nothing to a site that is well."""

WAIT = float(os.environ.get("E2E_SECONDS", "60"))
"""Seconds for anything that should happen soon; a slow machine may ask for more."""

T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, seconds: float = WAIT) -> T:
    """What ``look`` returns once that is true; fails with ``what`` and the last look after ``seconds``."""
    limit = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < limit, f"not within {seconds:g} s: {what} (last look: {seen!r})"
        time.sleep(0.05)
    return seen


class Product:
    """The running site. ``ask`` reaches its rows, ``engine`` its containers, ``run`` its processes.

    ``content``: a folder of pages in place of the workshop's.
    """

    def __init__(self, var: Path, content: Path | None = None) -> None:
        self.var = var
        self.content = content
        self.url = ""
        self.engine = docker.from_env(timeout=60)
        # Names of our own for the image: a test can take one away without anybody else missing it, and thanks to
        # the other the image stays, whatever is built meanwhile.
        name = f"drydock-e2e-{uuid4().hex[:8]}"
        self.image, self._kept = f"{name}:latest", f"{name}:kept"
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._inside: subprocess.Popen[str] | None = None
        self.installation = ""

    # --- start and stop ---------------------------------------------------------------------------

    def start(self) -> None:
        """Run it as ``make run`` does, and wait until it says that it is well."""
        self._tag(IMAGE, self._kept)
        self.give_image()
        told, tell = os.pipe()
        with (self.var / "supervisor.log").open("ab") as log:
            argv = [str(ROOT / "dev" / "bootstrap.sh"), "serve", "--ready-fd", str(tell)]
            self._supervisor = subprocess.Popen(
                argv,
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[tell],
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - nothing here has threads yet
            )
        os.close(tell)
        try:
            readable, _, _ = select.select([told], [], [], START)
            self.url = os.read(told, 200).decode().strip().rstrip("/") if readable else ""
        finally:
            os.close(told)
        assert self.url, f"The product did not start:\n{self._tail()}"
        self.installation = self.ask("installation")

    def stop(self) -> None:
        """Ctrl-C, as a person would; then nothing of it may be left running."""
        if self._inside is not None:
            assert self._inside.stdin is not None
            self._inside.stdin.close()
            self._inside.wait(30)
            assert self._inside.stdout is not None
            self._inside.stdout.close()
        if self._supervisor is not None:
            self._supervisor.send_signal(signal.SIGINT)
            self._supervisor.wait(30)

    def close(self) -> None:
        """Take back what ``start`` gave to the engine, and what a worker that a test killed would have cleared later."""
        helpers = {"label": f"{LABEL}.helper={self.installation}"}
        for summary in self.engine.api.containers(all=True, filters=helpers) if self.installation else ():
            self.engine.api.remove_container(summary["Id"], force=True, v=True)
        for name in (self.image, self._kept):
            with suppress(ImageNotFound):
                self.engine.images.remove(name, noprune=True, force=True)
        self.engine.close()

    def processes(self) -> list[str]:
        """Every process, anywhere on the machine, that belongs to this installation: pid and command line."""
        mark = f"DRYDOCK_VAR={self.var}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            with suppress(OSError):
                if folder.name.isdecimal() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found.append(f"{folder.name} {words}")
        return found

    def _environment(self) -> dict[str, str]:
        """The caller's, without what would make this somebody else's installation."""
        shared = {"REDIS_URL", "DATABASE_URL", "PORT", "DJANGO_SETTINGS_MODULE"}
        kept = {name: value for name, value in os.environ.items() if name not in shared and not name.startswith("DRYDOCK_")}
        own = {"DRYDOCK_CONTENT": str(self.content)} if self.content else {}
        return {**kept, **own, "DRYDOCK_VAR": str(self.var), "PORT": "0", "DRYDOCK_SANDBOX_IMAGE": self.image, "PYTHON": sys.executable}

    def _tail(self) -> str:
        return "\n".join((self.var / "supervisor.log").read_text(errors="replace").splitlines()[-40:])

    # --- its processes ----------------------------------------------------------------------------

    def pid(self, service: str) -> int:
        """The process of a service: asgi, worker, beat or redis. 0 while it is not there."""
        with suppress(OSError, ValueError):
            return int((self.var / "run" / f"{service}.pid").read_text())
        return 0

    def kill(self, service: str, number: int = signal.SIGKILL, *, group: bool = False) -> int:
        """Send a signal to a service, or to all of its processes at once. Returns the pid it had."""
        pid = self.pid(service)
        assert pid, f"{service} does not run"
        if group:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
        return pid

    def back(self, service: str, before: int) -> None:
        """Wait until the supervisor has started the service again."""
        eventually(lambda: self.pid(service) not in {0, before}, f"{service} is started again")

    def memory(self, service: str) -> int:
        """Resident bytes of a service's first process."""
        status = Path(f"/proc/{self.pid(service)}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    # --- its rows ---------------------------------------------------------------------------------

    def ask(self, name: str, **arguments: Any) -> Any:
        """Call one of the functions in inside.py, which run with the product's own settings and database."""
        if self._inside is None:
            self._inside = self._open_inside()
        assert self._inside.stdin is not None
        assert self._inside.stdout is not None
        self._inside.stdin.write(json.dumps({"name": name, "arguments": arguments}) + "\n")
        self._inside.stdin.flush()
        answer = json.loads(self._inside.stdout.readline() or '{"error": "it ended"}')
        assert "error" not in answer, f"{name}: {answer['error']}"
        return answer["value"]

    def _open_inside(self) -> "subprocess.Popen[str]":
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        redis = f"redis://127.0.0.1:{(self.var / 'redis' / 'port').read_text().strip()}/0"
        env = site_env(Layout(ROOT, self.var), self._environment(), Address(host, int(port)), redis)
        with (self.var / "log" / "inside.log").open("ab") as log:
            argv = [sys.executable, "-m", "tests.e2e.inside"]
            return subprocess.Popen(argv, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def sandbox(self, person: str) -> dict[str, Any]:
        """The person's newest sandbox as its row says; an empty one where there is none."""
        row: dict[str, Any] = self.ask("sandbox", person=person)
        return row

    def wait_for(self, person: str, state: str, seconds: float = WAIT) -> dict[str, Any]:
        """The person's sandbox, once its row says the state."""
        eventually(lambda: self.sandbox(person)["state"] == state, f"the sandbox of {person} is {state}", seconds)
        return self.sandbox(person)

    # --- its traces on the engine -----------------------------------------------------------------

    def traces(self, sandbox_id: str = "") -> dict[str, list[str]]:
        """Names of containers, networks and volumes of this installation, or of one sandbox of it."""
        mine = f"{LABEL}.sandbox={sandbox_id}" if sandbox_id else f"{LABEL}.installation={self.installation}"
        only = {"label": mine}
        return {
            "containers": [str(c["Names"][0]).lstrip("/") for c in self.engine.api.containers(all=True, filters=only)],
            "networks": [str(n["Name"]) for n in self.engine.api.networks(filters=only)],
            "volumes": [str(v["Name"]) for v in self.engine.api.volumes(filters=only)["Volumes"] or []],
        }

    def give_image(self) -> None:
        """Let the engine have the sandbox image under our name."""
        self._tag(self._kept, self.image)

    def _tag(self, image: str, name: str) -> None:
        repository, _, tag = name.partition(":")
        assert self.engine.images.get(image).tag(repository, tag)

    def take_image(self) -> None:
        """Take that name away again."""
        self.engine.images.remove(self.image, noprune=True)

    @contextmanager
    def without_image(self) -> Iterator[None]:
        """The engine has no sandbox image for a while."""
        self.take_image()
        try:
            yield
        finally:
            self.give_image()


def nothing() -> dict[str, list[str]]:
    """What ``traces`` returns where nothing is left."""
    return {"containers": [], "networks": [], "volumes": []}
