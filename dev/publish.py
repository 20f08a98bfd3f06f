"""Puts the lab images into the mirror's volume, where sandboxes pull them from."""

import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import cast

import docker
from docker.errors import NotFound
from docker.models.containers import Container

from dev.archives import save_as
from dev.console import Problem
from dev.fingerprint import combined
from dev.image_inputs import LABEL, Image
from sandboxes import mirror

Say = Callable[[str], None]

_INCOMING = "/tmp"  # noqa: S108 - of the helper's container, which nobody else is in


def publish(client: docker.DockerClient, labs: Iterable[Image], mirror_image: str, base_id: str, say: Say) -> None:
    """Give the mirror each image that it does not have from the same inputs. Raises Problem."""
    output = cast("bytes", client.containers.run(**mirror.contents_options(mirror_image)))
    there = mirror.parse_contents(output.decode())
    wanted = list(labs)
    stale = [image for image in wanted if any(_inputs(there, name) != _expected(image, base_id) for name in image.names)]
    if stale:
        with _writer(client, mirror_image) as writer:
            for image in stale:
                say(f"mirror: {image.learners_tag}")
                _publish_one(client, writer, image)
            _execute(writer, [mirror.TIDY])
    say(f"mirror: {sum(len(image.names) for image in wanted)} names of {len(wanted)} images, {len(stale)} of them new")
    _mark(client, combined(*(image.inputs(base_id) for image in wanted)))


def _inputs(there: dict[str, mirror.Published], name: str) -> set[str]:
    return set(there[name].inputs) if name in there else set()


def _expected(image: Image, base_id: str) -> set[str]:
    return {variant.inputs(base_id) for variant in image.variants or (image,)}


@contextmanager
def _writer(client: docker.DockerClient, mirror_image: str) -> Iterator[Container]:
    """A container that can write into the mirror's volume, and that nobody can reach."""
    container = client.containers.create(**mirror.writer_options(mirror_image))
    try:
        container.start()
        yield container
    finally:
        container.remove(force=True, v=True)


def _publish_one(client: docker.DockerClient, writer: Container, image: Image) -> None:
    for variant in image.variants or (image,):
        with tempfile.TemporaryFile() as archive, tempfile.TemporaryFile() as parcel:
            save_as(client, variant, archive)
            with tarfile.open(fileobj=parcel, mode="w") as tar:
                entry = tarfile.TarInfo("image.tar")
                entry.size = archive.tell()
                archive.seek(0)
                tar.addfile(entry, archive)
            parcel.seek(0)
            writer.put_archive(_INCOMING, cast("bytes", parcel))
        _execute(writer, [mirror.PUBLISH, f"{_INCOMING}/image.tar", *variant.names])
    if image.variants:
        for name in image.names:
            _execute(writer, [mirror.PUBLISH_LIST, name, *(variant.learners_tag for variant in image.variants)])


def _execute(writer: Container, argv: list[str]) -> None:
    status, output = cast("tuple[int, bytes]", writer.exec_run(argv))
    if status:
        raise Problem(f"The mirror could not be filled: {output.decode(errors='replace').strip()[-600:]}")


def _mark(client: docker.DockerClient, inputs: str) -> None:
    """Leave word on the engine of what the mirror holds, where ``make`` finds it with one question."""
    try:
        mark = client.volumes.get(mirror.MARK)
        if (mark.attrs["Labels"] or {}).get(LABEL) == inputs:
            return
        mark.remove()
    except NotFound:
        pass
    client.volumes.create(mirror.MARK, labels={LABEL: inputs, mirror.LABEL: "mark"})
