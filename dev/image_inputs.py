"""Which images this checkout builds, and the hash of what goes into each.

A lab image's folder has, beside its Dockerfile, ``image.toml``:

    about      one line: what it is
    names      what learners call it; the first is the one that counts, the others are the same image
    public     the image on Docker Hub that it stands for; absent where there is none
    base       the folder of another lab image that it is built on: the Dockerfile says ``ARG BASE=…`` and ``FROM ${BASE}``
    platforms  it is built for each (``ARG PLATFORM``), and its names stand for all of them
    preload    true: the sandbox image carries it, so that an instance has it from the beginning
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from dev.console import Problem
from dev.fingerprint import files_below, fingerprint

BASE = "debian:trixie-slim"
SANDBOX = "drydock/sandbox:latest"
MIRROR = "drydock/mirror:latest"
LABEL = "io.drydock.inputs"

_KEYS = {"about", "names", "public", "base", "platforms", "preload"}


@dataclass(frozen=True, slots=True)
class Image:
    """One image to build.

    ``names``: what learners call it; ``base``: the lab image that it is built on; ``platform``: the machine it is for, where
    that is not simply this one; ``variants``: the same image for each platform; ``preload``: the lab images that it
    carries, as archives in ``preload/``.
    """

    tag: str
    folder: Path
    preload: tuple["Image", ...] = ()
    names: tuple[str, ...] = ()
    base: "Image | None" = None
    platform: str = ""
    variants: tuple["Image", ...] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def learners_tag(self) -> str:
        """The name that a lab image has in a learner's Docker.

        On this engine it has another one (``tag``), so that nobody's own ``busybox`` is replaced.
        """
        return self.names[0]

    @property
    def needs(self) -> tuple["Image", ...]:
        """The images that must be there before this one is built."""
        return (*([self.base] if self.base else []), *self.preload)

    @property
    def arguments(self) -> dict[str, str]:
        """Arguments of its build."""
        base = {"BASE": self.base.tag} if self.base else {}
        return {**base, **({"PLATFORM": self.platform} if self.platform else {})}

    def inputs(self, base_id: str) -> str:
        """A hash over the Dockerfile, all files beside it, the base image and the images it is made of."""
        within = [f"{image.learners_tag} {image.inputs(base_id)}" for image in self.needs]
        return fingerprint(self.files(), base_id, *within, *([self.platform] if self.platform else []), base=self.folder)

    def files(self) -> list[Path]:
        """The files of the build context. ``preload/`` is filled while building, whatever lies there."""
        ignored = _read_ignored(self.folder / ".dockerignore")
        found = files_below(self.folder, without=[self.folder / "preload"])
        return [path for path in found if not _matches(path.relative_to(self.folder), ignored)]


def images(root: Path, sandbox_tag: str = SANDBOX, mirror_tag: str = MIRROR) -> list[Image]:
    """Lab images in the order in which they can be built, then the mirror, and last the sandbox image. Raises Problem."""
    labs = lab_images(root)
    mirror = Image(mirror_tag, root / "images" / "mirror")
    carried = tuple(lab for lab in labs if not lab.platform and _read_mapping(lab.folder).get("preload"))
    return [*labs, mirror, Image(sandbox_tag, root / "images" / "sandbox", carried)]


def lab_images(root: Path) -> list[Image]:
    """The lab images, each after those that it is built on and after its variants. Raises Problem."""
    folders = {path.parent.name: path.parent for path in sorted((root / "images" / "labs").glob("*/Dockerfile"))}
    made: dict[str, Image] = {}

    def make(name: str, above: tuple[str, ...] = ()) -> Image:
        if name in above or name not in folders:
            fault = "is built on it" if name in above else "is not there"
            raise Problem(f"images/labs/{above[-1]}/image.toml names the base {name!r}, which {fault}.")
        if name not in made:
            mapping = _read_mapping(folders[name])
            base = make(mapping["base"], (*above, name)) if "base" in mapping else None
            made[name] = _lab_image(folders[name], mapping, base)
        return made[name]

    for name in folders:
        make(name)
    return [image for lab in made.values() for image in (*lab.variants, lab)]


def waves(wanted: Iterable[Image]) -> list[list[Image]]:
    """The images in groups: within one, none needs another."""
    groups: list[list[Image]] = []
    depths: dict[str, int] = {}
    for image in wanted:
        depth = max((depths.get(need.tag, 0) + 1 for need in image.needs), default=0)
        depths[image.tag] = depth
        while len(groups) <= depth:
            groups.append([])
        groups[depth].append(image)
    return groups


def _lab_image(folder: Path, mapping: Mapping[str, Any], base: Image | None) -> Image:
    repository = mapping["names"][0].partition(":")[0]
    variants = tuple(
        Image(f"drydock/lab-{folder.name}:{platform}", folder, names=(f"{repository}:{platform}",), base=base, platform=platform)
        for platform in mapping.get("platforms", ())
    )
    return Image(f"drydock/lab-{folder.name}:latest", folder, names=tuple(mapping["names"]), base=base, variants=variants)


def _read_mapping(folder: Path) -> dict[str, Any]:
    """The folder's image.toml. Raises Problem."""
    path = folder / "image.toml"
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem(f"{path} cannot be read: {error}") from error
    unknown = sorted(set(mapping) - _KEYS)
    names = mapping.get("names")
    if unknown or not isinstance(names, list) or not names or not all(isinstance(name, str) and ":" in name for name in names):
        raise Problem(
            f"{path}: " + (f"unknown key {unknown[0]!r}." if unknown else "names must list what learners call the image, with tags.")
        )
    return mapping


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
