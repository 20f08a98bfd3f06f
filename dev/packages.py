"""System packages: what is missing, and how to get it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.command import run_logged
from dev.console import Problem, Progress
from dev.engine import engine_answers
from dev.layout import Layout

_POLICY = Path("/usr/sbin/policy-rc.d")
_APT = ("apt-get", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120")
_OLDEST_NODE = 18


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a machine must have. ``optional`` packages are taken where the distribution has them."""

    what: str
    packages: tuple[str, ...]
    present: Callable[[], bool]
    optional: tuple[str, ...] = ()


def systemd_runs() -> bool:
    """Whether systemd is the init of this machine (as sd_booted(3) tells)."""
    return Path("/run/systemd/system").is_dir()


def needs(env: Mapping[str, str], *, for_tests: bool) -> list[Need]:
    """What this command needs on this machine, in the order in which a person would read it."""
    wanted = [
        Need("the Docker engine", ("docker.io", "iptables"), lambda: _engine_present(env), ("docker-cli",)),
        Need("Node.js with npm", ("nodejs", "npm"), _node_present),
        Need("certificates", ("ca-certificates",), lambda: Path("/etc/ssl/certs/ca-certificates.crt").exists()),
    ]
    if not env.get("REDIS_URL") or for_tests:
        wanted.append(Need("Redis", ("redis-server",), _command("redis-server")))
    if os.geteuid() == 0:
        wanted.append(Need("debootstrap", ("debootstrap", "debian-archive-keyring"), _debootstrap_present))
    if _apparmor_enabled():
        # An engine on a kernel with AppArmor starts no container when it cannot load its profile.
        wanted.append(Need("AppArmor's tools", ("apparmor",), _command("apparmor_parser")))
    if for_tests:
        wanted += [
            Need("Chromium", ("chromium",), _command("chromium")),
            Need("fonts", ("fonts-dejavu-core", "fonts-liberation"), _fonts_present),
            Need("PostgreSQL", ("postgresql",), lambda: postgres_folder() is not None),
            Need("the docker command", ("docker.io",), _command("docker"), ("docker-cli",)),
            Need("tmux", ("tmux",), _command("tmux")),
        ]
    return wanted


def postgres_folder() -> Path | None:
    """The bin folder of the newest PostgreSQL server that the distribution installed."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    return max(found, key=lambda path: int(path.parent.name)) if found else None


class SystemPackages:
    """Installs what is missing as root on Debian and Ubuntu; elsewhere it stops with the line to run."""

    title = "System packages"

    def __init__(self, layout: Layout, env: Mapping[str, str], *, for_tests: bool) -> None:
        self._layout = layout
        self._needs = needs(env, for_tests=for_tests)
        self._missing: list[Need] = []

    def done(self) -> bool:
        """Whether nothing is missing."""
        self._missing = [need for need in self._needs if not need.present()]
        return not self._missing

    def run(self, progress: Progress) -> None:
        """Install what is. Raises Problem with the line to run where that is not ours to do."""
        names = list(dict.fromkeys(name for need in self._missing for name in need.packages))
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise Problem(missing_sentence([need.what for need in self._missing], names))
        optional = [name for need in self._missing for name in need.optional]
        log = self._layout.log / "packages.log"
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1", "LC_ALL": "C.UTF-8"}

        def call(*argv: str, problem: str) -> None:
            run_logged(argv, problem=problem, log=log, progress=progress, env=env)

        with _services_stay_off():
            if _output("dpkg", "--audit"):
                call("dpkg", "--configure", "-a", problem="Packages that an earlier run left half installed stay so")
            try:
                call(*_APT, "update", problem="The package lists could not be read")
            except Problem as problem:
                # One broken third-party source must not stop us when the others have what we need.
                progress(str(problem).splitlines()[-1])
            names += [name for name in optional if name not in names and _candidate(name)]
            call(*_APT, "install", "--yes", "--no-install-recommends", *names, problem="Packages could not be installed")
        left = [need.what for need in self._needs if not need.present()]
        if left:
            raise Problem(f"Still missing after the installation: {', '.join(left)} ({log} has the output).")


def missing_sentence(what: list[str], names: list[str]) -> str:
    """What a person without apt-get or without root reads."""
    things = ", ".join(what)
    if shutil.which("apt-get"):
        line = f"sudo apt-get install --no-install-recommends {' '.join(names)}"
        return f"This machine lacks {things}. Run this line and start again:\n  {line}"
    return f"This machine lacks {things}. Install them (on Debian: {' '.join(names)}) and start again."


@contextmanager
def _services_stay_off() -> Iterator[None]:
    """Keep packages from starting services of their own: we start private ones.

    Without systemd the engine's init script is held back too: it raises limits, which a container or a small
    machine may not do, and its failure would leave the package half configured.
    """
    if _POLICY.exists():
        yield
        return
    refused = "redis-server*|postgresql*" if systemd_runs() else "*"
    _POLICY.write_text(f'#!/bin/sh\ncase "$1" in\n{refused}) exit 101 ;;\nesac\nexit 0\n', encoding="utf-8")
    _POLICY.chmod(0o755)
    had_redis = bool(shutil.which("redis-server"))
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)
        if systemd_runs() and not had_redis and shutil.which("redis-server"):
            subprocess.run(["systemctl", "disable", "redis-server"], capture_output=True, check=False)


def _command(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def _engine_present(env: Mapping[str, str]) -> bool:
    return bool(env.get("DOCKER_HOST")) or shutil.which("dockerd") is not None or engine_answers(env)


def _node_present() -> bool:
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    version = _output("node", "--version").lstrip("v").partition(".")[0]
    return version.isdecimal() and int(version) >= _OLDEST_NODE


def _debootstrap_present() -> bool:
    keyrings = list(Path("/usr/share/keyrings").glob("debian-archive-keyring.*"))
    return shutil.which("debootstrap") is not None and bool(keyrings)


def _fonts_present() -> bool:
    fonts = Path("/usr/share/fonts")
    return any(fonts.rglob("DejaVuSansMono.ttf")) and any(fonts.rglob("LiberationSans-Regular.ttf"))


def _apparmor_enabled() -> bool:
    try:
        return Path("/sys/module/apparmor/parameters/enabled").read_text(encoding="ascii").startswith("Y")
    except OSError:
        return False


def _candidate(name: str) -> bool:
    return bool(_output("apt-cache", "show", "--quiet=2", name))


def _output(*argv: str) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    except OSError:
        return ""
