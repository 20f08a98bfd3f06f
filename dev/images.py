"""Builds the images on the engine, then fills the mirror. Run as ``.venv/bin/python -m dev.images``.

Prints progress lines; on failure one sentence, with status 1.
"""

import os
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import IO, Any

import docker
from docker.errors import DockerException, ImageNotFound

from dev.archives import save_as
from dev.base_image import ensure_base
from dev.console import Problem
from dev.image_inputs import LABEL, MIRROR, SANDBOX, Image, images, waves
from dev.layout import ROOT
from dev.publish import publish

# Building is half waiting, for packages and for the disk; more than two at a time gain nothing on a small machine.
_AT_A_TIME = 2
_SPOOL = 64 * 1024**2  # bytes of a build context that are kept in memory


def main() -> int:
    """Build what is not up to date."""
    try:
        client = docker.from_env(timeout=600)
        base_id = ensure_base(client, say)
        mirror = os.environ.get("DRYDOCK_MIRROR_IMAGE", MIRROR)
        wanted = images(ROOT, os.environ.get("DRYDOCK_SANDBOX_IMAGE", SANDBOX), mirror)
        for wave in waves(wanted):
            build_all(wave, base_id)
        publish(client, [image for image in wanted if image.names and not image.platform], mirror, base_id, say)
        # Only what an earlier build of ours has left without a name; images in use stay.
        client.images.prune(filters={"dangling": True, "label": LABEL})
    except Problem as problem:
        say(str(problem))
        return 1
    except DockerException as error:
        say(f"The Docker engine refused: {error}")
        return 1
    return 0


def say(line: str) -> None:
    """One line of progress."""
    print(line, flush=True)


def build_all(wave: list[Image], base_id: str) -> None:
    """Build images that do not need one another. Raises the first's Problem."""

    def one(image: Image) -> None:
        with closing(docker.from_env(timeout=600)) as client:
            build(client, image, base_id)

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        for _ in pool.map(one, wave):
            pass


def build(client: docker.DockerClient, image: Image, base_id: str) -> None:
    """Build one image unless the engine has it from the same inputs. Raises Problem."""
    inputs = image.inputs(base_id)
    if _built_from(client, image.tag) == inputs:
        say(f"{image.tag}: up to date")
        return
    say(f"{image.tag}: building")
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as context:
        _write_context(client, image, context)
        context.seek(0)
        events = client.api.build(
            fileobj=context,
            custom_context=True,
            tag=image.tag,
            labels={LABEL: inputs},
            network_mode="host",  # so that apt works on machines whose bridge has no way out
            buildargs=image.arguments | {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
            rm=True,
            forcerm=True,
            decode=True,
        )
        for line in _lines(events):
            say(f"{image.name}: {line}")
    if _built_from(client, image.tag) != inputs:
        raise Problem(f"{image.tag} could not be built.")


def _built_from(client: docker.DockerClient, tag: str) -> str | None:
    try:
        label: str | None = client.images.get(tag).labels.get(LABEL)
    except ImageNotFound:
        return None
    return label


def _lines(events: Iterator[dict[str, Any]]) -> Iterator[str]:
    """The text of a build, line by line. Raises Problem at the engine's error."""
    for event in events:
        if "error" in event:
            raise Problem(f"The build failed: {event['error']}")
        yield from filter(None, str(event.get("stream", "")).splitlines())


def _write_context(client: docker.DockerClient, image: Image, out: IO[bytes]) -> None:
    """The image's folder, and the archives of the images that it carries under ``preload/``."""
    with tarfile.open(fileobj=out, mode="w") as context:
        for path in image.files():
            context.add(path, path.relative_to(image.folder).as_posix(), recursive=False, filter=_rootless)
        for carried in image.preload:
            with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as archive:
                save_as(client, carried, archive)
                entry = tarfile.TarInfo(f"preload/{carried.name}.tar")
                entry.size = archive.tell()
                archive.seek(0)
                context.addfile(entry, archive)


def _rootless(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Owner and time of the checkout's files are no input of an image; the executable bit is."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    return entry


if __name__ == "__main__":
    sys.exit(main())
