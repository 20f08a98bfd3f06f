"""Stopping, cleaning up, and writing the lock files anew."""

import shutil
import subprocess
import sys
from collections.abc import Mapping

from dev import pids
from dev.command import run_logged
from dev.console import Console, Problem
from dev.layout import Layout

_MADE = (".venv", "node_modules", "static/dist", "var/stamps", "var/static", "var/test", "var/base", "var/tools")
_CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache")


def stop(layout: Layout, env: Mapping[str, str]) -> int:
    """Stop the product that runs from this checkout, if one does."""
    if not pids.stop(layout.run / "supervisor.pid", None, seconds=15):
        raise Problem(f"Drydock (process {pids.read(layout.run / 'supervisor.pid')}) does not stop.")
    return 0


def stop_engine(layout: Layout, env: Mapping[str, str]) -> int:
    """Stop the dockerd that an earlier command started here, if it runs."""
    file = layout.run / "dockerd.pid"
    if not pids.stop(file, "dockerd", seconds=60):
        raise Problem(f"The Docker engine (process {pids.read(file)}) does not stop; see {layout.log / 'dockerd.log'}.")
    file.unlink(missing_ok=True)
    return 0


def clean(layout: Layout, env: Mapping[str, str]) -> int:
    """Delete everything that can be made again. Database, accounts, secrets and logs under var/ stay, and so do images."""
    if pids.is_running(pids.read(layout.run / "supervisor.pid")):
        raise Problem("Drydock runs from this checkout: `make stop` first.")
    for name in (*_MADE, *_CACHES):
        shutil.rmtree(layout.root / name, ignore_errors=True)
    for folder in ("bench", "dev", "labs", "sandboxes", "tests", "workshop"):
        for cache in list((layout.root / folder).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    return 0


def lock(layout: Layout, env: Mapping[str, str]) -> int:
    """Write the lock files anew: newest versions that pyproject.toml and package.json allow, with hashes.

    No address of a registry gets into them, so that they serve every mirror.
    """
    console = Console()
    log = layout.log / "lock.log"
    tools = layout.root / "var" / "tools"

    def call(*argv: str) -> None:
        run_logged(argv, problem="The lock files could not be written", log=log, progress=console.progress, cwd=layout.root)

    if not (tools / "bin" / "uv").exists():
        call(sys.executable, "-m", "venv", str(tools))
        call(str(tools / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "uv")
    compile_ = [str(tools / "bin" / "uv"), "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"]
    compile_ += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet", "--upgrade"]
    # The development lock is constrained by the runtime lock: one environment must serve both.
    call(*compile_, "--output-file", "requirements.lock")
    call(*compile_, "--group", "dev", "--constraint", "requirements.lock", "--output-file", "requirements-dev.lock")
    call("npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund")
    changed = subprocess.run(["git", "diff", "--stat", "--", "*.lock", "package-lock.json"], cwd=layout.root, check=False)
    return changed.returncode
