"""The virtual environment, from the lock files."""

import subprocess
import sys

from dev.command import run_logged
from dev.console import Progress
from dev.fingerprint import Stamp, fingerprint
from dev.layout import Layout


class PythonPackages:
    """``.venv`` with exactly the locked packages; with the development ones too where they are asked for.

    The development lock holds the runtime lock's packages at the same versions, so an environment made for
    the tests also serves ``make run``.
    """

    title = "Python packages"

    def __init__(self, layout: Layout, *, for_tests: bool) -> None:
        self._layout = layout
        self._lock = layout.root / ("requirements-dev.lock" if for_tests else "requirements.lock")
        self._stamps = {name: Stamp(layout.root / ".venv" / f".from-{name}") for name in ("requirements.lock", "requirements-dev.lock")}

    def done(self) -> bool:
        """Whether the environment was made from this lock, at this place, and its interpreter works."""
        return self._stamps[self._lock.name].holds(self._value(self._lock.name)) and self._interpreter_works()

    def run(self, progress: Progress) -> None:
        """Make the environment where there is none, and install."""
        for stamp in self._stamps.values():
            stamp.clear()
        log = self._layout.log / "python-packages.log"
        problem = "The Python packages could not be installed"
        folder = self._layout.root / ".venv"
        if not self._interpreter_works():
            run_logged([sys.executable, "-m", "venv", "--clear", folder], problem=problem, log=log, progress=progress)
        run_logged(
            [str(self._layout.python), "-m", "pip", "install", "--no-input", "--require-hashes", "--requirement", str(self._lock)],
            problem=problem,
            log=log,
            progress=progress,
        )
        self._stamps[self._lock.name].write(self._value(self._lock.name))
        if self._lock.name == "requirements-dev.lock":
            self._stamps["requirements.lock"].write(self._value("requirements.lock"))

    def _value(self, lock: str) -> str:
        return fingerprint([self._layout.root / lock], str(self._layout.root), base=self._layout.root)

    def _interpreter_works(self) -> bool:
        # A moved checkout or an upgraded distribution leaves links to nowhere behind.
        try:
            return not subprocess.run([self._layout.python, "-c", "import pip"], capture_output=True, check=False).returncode
        except OSError:
            return False
