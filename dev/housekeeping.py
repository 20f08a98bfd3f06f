"""Stopping, cleaning up, and writing the lock files anew."""

import shutil
import subprocess
import sys
from collections.abc import Mapping

from dev import pids
from dev.command import run_logged
from dev.console import Console, Problem, Progress
from dev.layout import Layout
from dev.supervisor import running

_MADE = (".venv", "node_modules", "static/dist", "var/stamps", "var/static", "var/test", "var/base", "var/tools")
_CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache")


def stop(layout: Layout, env: Mapping[str, str]) -> int:
    """Stop the product that runs from this checkout, if one does."""
    pid = running(layout.run)
    if pid is not None and not pids.stop(pid, seconds=15):
        raise Problem(f"Drydock (process {pid}) does not stop.")
    return 0


def stop_engine(layout: Layout, env: Mapping[str, str]) -> int:
    """Stop the dockerd that an earlier command started here, if it runs."""
    file = layout.run / "dockerd.pid"
    pid = pids.read(file)
    if pid is not None and pids.is_running(pid, "dockerd") and not pids.stop(pid, seconds=60):
        raise Problem(f"The Docker engine (process {pid}) does not stop; see {layout.log / 'dockerd.log'}.")
    file.unlink(missing_ok=True)
    return 0


def clean(layout: Layout, env: Mapping[str, str]) -> int:
    """Delete everything that can be made again. Database, accounts, secrets and logs under var/ stay, and so do images."""
    if running(layout.run) is not None:
        raise Problem("Drydock runs from this checkout: `make stop` first.")
    for name in (*_MADE, *_CACHES):
        shutil.rmtree(layout.root / name, ignore_errors=True)
    for folder in ("bench", "dev", "labs", "sandboxes", "tests", "workshop"):
        for cache in list((layout.root / folder).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    return 0


def lock(layout: Layout, env: Mapping[str, str]) -> int:
    """``make lock``: write the lock files anew and show what changed."""
    Console().perform([LockFiles(layout)])
    return subprocess.run(["git", "diff", "--stat", "--", "*.lock", "package-lock.json"], cwd=layout.root, check=False).returncode


class LockFiles:
    """The newest versions that pyproject.toml and package.json allow, with hashes.

    No address of a registry gets into the files, so that they serve every mirror.
    """

    title = "Lock files"

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._tools = layout.root / "var" / "tools"

    def done(self) -> bool:
        """Never: there may be something newer."""
        return False

    def run(self, progress: Progress) -> None:
        """Ask the registries."""

        def call(*argv: str) -> None:
            log = self._layout.log / "lock.log"
            run_logged(argv, problem="The lock files could not be written", log=log, progress=progress, cwd=self._layout.root)

        uv = self._tools / "bin" / "uv"
        if not uv.exists():
            call(sys.executable, "-m", "venv", str(self._tools))
            call(str(self._tools / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "uv")
        compile_ = [str(uv), "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--generate-hashes"]
        compile_ += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet", "--upgrade"]
        # The development lock is constrained by the runtime lock: one environment must serve both.
        call(*compile_, "--output-file", "requirements.lock")
        call(*compile_, "--group", "dev", "--constraint", "requirements.lock", "--output-file", "requirements-dev.lock")
        call("npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund")
