"""A learner's own files over a change of sandbox: what is taken along, and what becomes of a file that is there already."""

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandboxes.services import FileToPut

LIMIT = 8 * 1024 * 1024
"""Bytes of a home directory, packed, that can be taken along."""
LARGEST = 512 * 1024
"""Bytes of a single file."""
BATCH = 512 * 1024
"""Bytes of files that are put in at once."""
LEFT_OUT = ("./.cache", "./.docker/buildx", "./.bash_history", "./answers", "./.local", "./.npm")
"""What belongs to the sandbox and not to the learner: caches, and findings about what is not there any more."""
SUFFIX = ".yours"
"""What is put after the name of a file that a replayed step has made as well."""


class TooLarge(ValueError):
    """The files cannot be taken along; the text says which and what to do."""


@dataclass(slots=True)
class Merge:
    """How two home directories come together: files to write, names that were kept, names that stand beside another version."""

    files: list[FileToPut] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def read(archive: bytes) -> dict[str, FileToPut]:
    """The plain files of a packed home directory by their paths; links and special files are left out. Raises TooLarge."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:*") as packed:
        for member in packed:
            path = member.name.removeprefix("./")
            if not member.isreg() or not _harmless(path):
                continue
            if member.size > LARGEST:
                raise TooLarge(
                    f"{path} has {member.size >> 10} KiB; files up to {LARGEST >> 10} KiB can be taken along. Remove it, then try again."
                )
            content = packed.extractfile(member)
            assert content is not None
            found[path] = FileToPut(path, content.read(), member.mode & 0o777)
    return found


def _harmless(path: str) -> bool:
    parts = path.split("/")
    return bool(path) and not path.startswith("/") and ".." not in parts and len(path) <= 200


def merge(old: Mapping[str, FileToPut], new: Mapping[str, FileToPut]) -> Merge:
    """What of the old home directory is written into the new one. Nothing of the new one is overwritten, nothing of the old one lost."""
    result = Merge()
    for path, file in sorted(old.items()):
        there = new.get(path)
        if there is None:
            result.files.append(file)
            result.kept.append(path)
        elif there.content != file.content:
            result.files.append(FileToPut(path + SUFFIX, file.content, file.mode))
            result.replaced.append(path)
    return result


def batches(files: list[FileToPut]) -> list[list[FileToPut]]:
    """The files in portions that can be put in at once."""
    portions: list[list[FileToPut]] = []
    size = BATCH
    for file in files:
        if size + len(file.content) > BATCH:
            portions.append([])
            size = 0
        portions[-1].append(file)
        size += len(file.content)
    return portions
