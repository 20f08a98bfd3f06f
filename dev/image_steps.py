"""The steps around images: is there room, and is everything built."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from dev.command import run_logged
from dev.console import Problem, Progress
from dev.engine import Engine, EngineUnreachable
from dev.fingerprint import combined
from dev.image_inputs import BASE, LABEL, MIRROR, SANDBOX, images
from dev.layout import Layout

LEAST_FREE = 5 * 1024**3  # bytes: the images and the mirror's copies of them take about 4 GiB while they are made


class DiskSpace:
    """Room in the checkout and where a local engine keeps its data."""

    title = "Disk space"

    def __init__(self, layout: Layout, env: Mapping[str, str], least: int = LEAST_FREE) -> None:
        self._layout = layout
        self._engine = Engine.read(env)
        self._least = least

    def done(self) -> bool:
        """Always true. Raises Problem where there is too little room."""
        folders = [self._layout.root, self._layout.var]
        if self._engine.socket:
            info = self._engine.get("/info", timeout=20) or {}
            folders.append(Path(info.get("DockerRootDir") or "/"))
        for folder in folders:
            free = _free(folder)
            if free < self._least:
                raise Problem(
                    f"The disk that holds {folder} has {free / 1024**3:.1f} GiB left; Drydock needs {self._least / 1024**3:.0f} GiB there."
                )
        return True

    def run(self, progress: Progress) -> None:
        """Nothing to do: ``done`` is true or says why not."""


def _free(folder: Path) -> int:
    """Bytes that this user may still write there; a folder that cannot be looked into is judged by its parent."""
    while True:
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            if folder == folder.parent:
                raise
            folder = folder.parent


class Images:
    """The lab images, the mirror that serves them and the sandbox image, as the sources in ``images/`` say."""

    title = "Images"

    def __init__(self, layout: Layout, env: Mapping[str, str]) -> None:
        self._layout = layout
        self._env = env
        self._engine = Engine.read(env)
        self._images = images(layout.root, env.get("DRYDOCK_SANDBOX_IMAGE", SANDBOX), env.get("DRYDOCK_MIRROR_IMAGE", MIRROR))

    def done(self) -> bool:
        """Whether every image carries the label of today's inputs, and the mirror has them."""
        try:
            base = self._engine.image(BASE)
            if base is None or any(self._label(image.tag) != image.inputs(base["Id"]) for image in self._images):
                return False
            published = [image.inputs(base["Id"]) for image in self._images if image.names and not image.platform]
            return self._engine.get("/volumes/drydock-mirror") is not None and self._mark() == combined(*published)
        except EngineUnreachable as error:
            raise Problem(f"The Docker engine at {self._engine.url} stopped answering: {error}.") from error

    def run(self, progress: Progress) -> None:
        """Build what does not."""
        run_logged(
            [self._layout.python, "-m", "dev.images"],
            problem="The images could not be built",
            log=self._layout.log / "images.log",
            progress=progress,
            env={**os.environ, **self._env, "PYTHONUNBUFFERED": "1"},
            cwd=self._layout.root,
        )

    def _label(self, tag: str) -> str | None:
        found = self._engine.image(tag) or {}
        label: str | None = ((found.get("Config") or {}).get("Labels") or {}).get(LABEL)
        return label

    def _mark(self) -> str | None:
        """What dev.publish has left word of."""
        found = self._engine.get("/volumes/drydock-mirror-published") or {}
        mark: str | None = (found.get("Labels") or {}).get(LABEL)
        return mark
