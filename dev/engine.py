"""Reaching a Docker engine before any package is installed: a few GETs over HTTP, and starting dockerd."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from dev import cgroups, pids
from dev.console import Problem, Progress
from dev.layout import Layout

DEFAULT_URL = "unix:///var/run/docker.sock"
OLDEST = (20, 10)
_START_SECONDS = 60


class EngineUnreachable(Exception):
    """Nothing answered; the text says what happened."""


class EngineDenied(EngineUnreachable):
    """Something is there, and this user may not talk to it."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine's address, and questions to it."""

    url: str
    certificates: str | None = None

    @classmethod
    def read(cls, env: Mapping[str, str]) -> "Engine":
        """DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH as Docker's own clients read them."""
        tls = env.get("DOCKER_TLS_VERIFY")
        return cls(
            env.get("DOCKER_HOST") or DEFAULT_URL,
            (env.get("DOCKER_CERT_PATH") or os.path.expanduser("~/.docker")) if tls else None,
        )

    @property
    def socket(self) -> Path | None:
        """The socket's path, or None for an engine on another machine."""
        return Path(self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None

    def get(self, path: str, *, timeout: float = 5) -> Any:
        """The JSON that ``path`` answers with; None for 404. Raises EngineUnreachable, EngineDenied."""
        connection = self._connection(timeout)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        except PermissionError as error:
            raise EngineDenied(str(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise EngineUnreachable(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if response.status == 404:
            return None
        if response.status != 200:
            raise EngineUnreachable(f"it answered {response.status}: {body[:200].decode(errors='replace')}")
        return json.loads(body)

    def image(self, tag: str) -> dict[str, Any] | None:
        """What the engine knows of an image, or None when it has none of this name."""
        found: dict[str, Any] | None = self.get(f"/images/{quote(tag)}/json")
        return found

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        if self.socket:
            return _UnixConnection(str(self.socket), timeout)
        parts = urlsplit(self.url)
        if parts.scheme not in {"tcp", "http", "https"} or not parts.hostname:
            raise Problem(f"DOCKER_HOST is {self.url}; Drydock reaches engines at unix:// and tcp:// addresses.")
        if not self.certificates and parts.scheme != "https":
            return http.client.HTTPConnection(parts.hostname, parts.port or 2375, timeout=timeout)
        context = ssl.create_default_context()
        if self.certificates:
            folder = Path(self.certificates)
            context.load_verify_locations(folder / "ca.pem")
            context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        return http.client.HTTPSConnection(parts.hostname, parts.port or 2376, timeout=timeout, context=context)


def engine_answers(env: Mapping[str, str]) -> bool:
    """Whether the engine answers a version request within a few seconds."""
    try:
        return bool(Engine.read(env).get("/version"))
    except EngineUnreachable:
        return False


class RunningEngine:
    """An engine that answers and is new enough. As root, dockerd is started where none runs; it stays running."""

    title = "Docker engine"

    def __init__(self, layout: Layout, env: Mapping[str, str]) -> None:
        self._layout = layout
        self._env = env
        self._engine = Engine.read(env)

    def done(self) -> bool:
        """Whether an engine answers. Raises Problem when it is too old or refuses this user."""
        try:
            self._check_version(self._engine.get("/version"))
        except EngineDenied as error:
            raise Problem(
                f"The Docker engine at {self._engine.url} refuses this user: add yourself to its group "
                "(sudo usermod -aG docker $USER), sign in again, and start again."
            ) from error
        except EngineUnreachable:
            return False
        return True

    def run(self, progress: Progress) -> None:
        """Start the local engine where that is possible."""
        local = self._engine.socket
        if local is None or local.resolve() != Path("/run/docker.sock"):
            raise Problem(f"The Docker engine at {self._engine.url} (from DOCKER_HOST) does not answer.")
        if os.geteuid() != 0:
            raise Problem(f"The Docker engine at {local} does not answer: start it (sudo systemctl start docker).")
        if Path("/run/systemd/system").is_dir():
            subprocess.run(["systemctl", "start", "docker"], capture_output=True, check=False)
            if self._answers_within(20, None):
                return
        start_dockerd(self._layout, self._env, self._engine, progress)
        self._check_version(self._engine.get("/version"))

    def _answers_within(self, seconds: float, process: "subprocess.Popen[bytes] | None") -> bool:
        return wait_for_engine(self._engine, seconds, process)

    def _check_version(self, answer: Any) -> None:
        text = str(answer.get("Version", "")) if isinstance(answer, dict) else ""
        numbers = re.match(r"(\d+)\.(\d+)", text)
        if numbers and (int(numbers[1]), int(numbers[2])) < OLDEST:
            raise Problem(f"The Docker engine is version {text}; Drydock needs {OLDEST[0]}.{OLDEST[1]} or newer.")


def wait_for_engine(engine: Engine, seconds: float, process: "subprocess.Popen[bytes] | None") -> bool:
    """Whether the engine answers within so many seconds; gives up early when ``process`` has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if engine.get("/version"):
                return True
        except EngineUnreachable:
            if process and process.poll() is not None:
                return False
        time.sleep(0.2)
    return False


def start_dockerd(layout: Layout, env: Mapping[str, str], engine: Engine, progress: Progress) -> None:
    """Start dockerd in a session of its own and wait until it answers. Raises Problem with its last words."""
    if _another_dockerd_runs() and wait_for_engine(engine, _START_SECONDS, None):
        return
    cgroups.prepare()
    for name, command in (("docker.pid", "dockerd"), ("docker/containerd/containerd.pid", "containerd")):
        pids.remove_stale(Path("/run") / name, command)
    log = layout.log / "dockerd.log"
    progress(f"starting dockerd; its log is {log}")
    with log.open("ab") as out:
        begin = out.tell()
        process = subprocess.Popen(
            ["dockerd"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            start_new_session=True,
            env=_with_working_iptables(layout, env),
        )
    (layout.run / "dockerd.pid").write_text(f"{process.pid}\n", encoding="ascii")
    if wait_for_engine(engine, _START_SECONDS, process):
        return
    if process.poll() is None:
        process.terminate()
    words = log.read_bytes()[begin:].decode(errors="replace").strip().splitlines()
    raise Problem(f"The Docker engine did not start: {words[-1] if words else 'it said nothing'} (log: {log}).")


def _another_dockerd_runs() -> bool:
    return pids.is_running(pids.read(Path("/run/docker.pid")), "dockerd")


def _with_working_iptables(layout: Layout, env: Mapping[str, str]) -> dict[str, str]:
    """The environment for dockerd: kernels without nf_tables need the legacy iptables first on PATH.

    The system's own choice (update-alternatives) is left as it is.
    """
    changed = dict(env)
    legacy = shutil.which("iptables-legacy")
    if not legacy or _iptables_works("iptables") or not _iptables_works(legacy):
        return changed
    folder = layout.var / "iptables"
    folder.mkdir(exist_ok=True)
    for name in ("iptables", "ip6tables"):
        target = shutil.which(f"{name}-legacy")
        link = folder / name
        link.unlink(missing_ok=True)
        if target:
            link.symlink_to(target)
    changed["PATH"] = f"{folder}{os.pathsep}{changed.get('PATH', '')}"
    return changed


def _iptables_works(command: str) -> bool:
    try:
        return subprocess.run([command, "-t", "nat", "-n", "-L"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
