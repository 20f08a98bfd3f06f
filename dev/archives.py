"""Archives of lab images, as every Docker can load them and as the mirror takes them."""

import io
import json
import tarfile
import tempfile
from typing import IO, Any

import docker

from dev.image_inputs import Image

_SPOOL = 64 * 1024**2  # bytes that are kept in memory
# What `docker save` adds for other readers. It names the image as it is called here, so it must not travel.
_OTHER_INDEXES = {"index.json", "oci-layout", "repositories"}


def save_as(client: docker.DockerClient, image: Image, out: IO[bytes]) -> None:
    """What ``docker save`` writes for the image, but so that ``docker load`` calls it as learners do.

    Only the part that every Docker can load is kept: manifest.json and the files it lists. An image for another platform says
    so afterwards: an engine writes its own machine into all that it builds from nothing.
    """
    with tempfile.TemporaryFile() as saved:
        for chunk in client.images.get(image.tag).save(named=image.tag):
            saved.write(chunk)
        saved.seek(0)
        with tarfile.open(fileobj=saved) as source, tarfile.open(fileobj=out, mode="w") as target:
            (part,) = json.load(_content(source, "manifest.json"))
            changed: dict[str, Any] = {"manifest.json": [{**part, "RepoTags": [image.learners_tag]}]}
            if image.platform:
                changed[part["Config"]] = {**json.load(_content(source, part["Config"])), "architecture": image.platform}
            for member in source:
                if member.name in _OTHER_INDEXES:
                    continue
                content = source.extractfile(member)
                if member.name in changed:
                    text = json.dumps(changed[member.name]).encode()
                    member.size = len(text)
                    content = io.BytesIO(text)
                target.addfile(member, content)


def _content(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    content = archive.extractfile(name)
    assert content is not None, name
    return content
