"""Which images this checkout builds, and the hash of what goes into each."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from dev.console import Problem
from dev.fingerprint import files_below, fingerprint

BASE = "debian:trixie-slim"
SANDBOX = "drydock/sandbox:latest"
LABEL = "io.drydock.inputs"


@dataclass(frozen=True, slots=True)
class Image:
    """One image to build. ``preload`` are the lab images that it carries, as archives in ``preload/``."""

    tag: str
    folder: Path
    preload: tuple["Image", ...] = ()

    @property
    def name(self) -> str:
        """The folder's name, which is the lab image's name for learners."""
        return self.folder.name

    @property
    def learners_tag(self) -> str:
        """The name that a lab image has in a learner's Docker.

        On this engine it has another one (``tag``), so that nobody's own ``busybox`` is replaced.
        """
        return f"{self.name}:latest"

    def inputs(self, base_id: str) -> str:
        """A hash over the Dockerfile, all files beside it, the base image and the images it carries."""
        carried = [f"{image.learners_tag} {image.inputs(base_id)}" for image in self.preload]
        return fingerprint(self.files(), base_id, *carried, base=self.folder)

    def files(self) -> list[Path]:
        """The files of the build context. ``preload/`` is filled while building, whatever lies there."""
        ignored = _read_ignored(self.folder / ".dockerignore")
        found = files_below(self.folder, without=[self.folder / "preload"])
        return [path for path in found if not _matches(path.relative_to(self.folder), ignored)]


def images(root: Path, sandbox_tag: str = SANDBOX) -> list[Image]:
    """Lab images first, the sandbox image that carries them last."""
    folders = sorted(path.parent for path in (root / "images" / "labs").glob("*/Dockerfile"))
    labs = [Image(f"drydock/lab-{folder.name}:latest", folder) for folder in folders]
    return [*labs, Image(sandbox_tag, root / "images" / "sandbox", tuple(labs))]


def _read_ignored(path: Path) -> list[str]:
    """The patterns of a .dockerignore file. Exceptions (!) are not understood, and refused."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    patterns = [line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")]
    if any(pattern.startswith("!") for pattern in patterns):
        raise Problem(f"{path} has an exception (a line that begins with !), which the build does not support.")
    return patterns


def _matches(name: Path, patterns: list[str]) -> bool:
    """Whether a pattern names this file or a folder above it; a star stays within one folder, as Docker's does."""
    tops = [name, *name.parents]
    return any(
        len(top.parts) == len(pattern.split("/")) and all(map(fnmatchcase, top.parts, pattern.split("/")))
        for pattern in patterns
        for top in tops
    )
