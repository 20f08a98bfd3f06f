"""The front end: npm's packages from its lock, and the bundle."""

import subprocess

from dev.command import run_logged
from dev.console import Progress
from dev.fingerprint import Stamp, files_below, fingerprint
from dev.layout import Layout


class FrontEndPackages:
    """``node_modules`` exactly as package-lock.json says."""

    title = "Front-end packages"

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._stamp = Stamp(layout.root / "node_modules" / ".from-lock")

    def done(self) -> bool:
        """Whether the last installation was from this lock."""
        return self._stamp.holds(self._value())

    def run(self, progress: Progress) -> None:
        """Install from the lock; what else lies in the folder goes."""
        self._stamp.clear()
        run_logged(
            ["npm", "ci", "--no-audit", "--no-fund", "--no-update-notifier"],
            problem="The front-end packages could not be installed",
            log=self._layout.log / "front-end.log",
            progress=progress,
            cwd=self._layout.root,
        )
        self._stamp.write(self._value())

    def _value(self) -> str:
        root = self._layout.root
        # The major version counts: esbuild's binary is chosen by platform, scripts by what Node can read.
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
        return fingerprint([root / "package-lock.json"], node.partition(".")[0], base=root)


class Bundle:
    """``static/dist`` from the sources in ``static``."""

    title = "Front-end bundle"

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._dist = layout.root / "static" / "dist"
        self._stamp = Stamp(layout.stamps / "bundle")

    def done(self) -> bool:
        """Whether the bundle is there and was made from these sources."""
        return self._dist.is_dir() and any(self._dist.iterdir()) and self._stamp.holds(self._value())

    def run(self, progress: Progress) -> None:
        """Call the bundler."""
        self._stamp.clear()
        run_logged(
            ["npm", "run", "build"],
            problem="The front end could not be bundled",
            log=self._layout.log / "front-end.log",
            progress=progress,
            cwd=self._layout.root,
        )
        self._stamp.write(self._value())

    def _value(self) -> str:
        root = self._layout.root
        sources = files_below(root / "static", without=[self._dist])
        return fingerprint([*sources, root / "package.json", root / "package-lock.json"], base=root)
