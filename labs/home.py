"""A learner's own files over a change of sandbox: what is taken along, and what becomes of a file that is there already."""

import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandboxes.services import FileToPut

LIMIT = 8 * 1024 * 1024
"""Bytes of a home directory, packed, that can be taken along."""
UNPACKED = 64 * 1024 * 1024
"""Bytes of the same, unpacked."""
MOST = 2_000
"""Files and directories in it."""
LARGEST = 512 * 1024
"""Bytes of a single file."""
BATCH = 512 * 1024
"""Bytes of files that are put in at once."""
LEFT_OUT = ("./.cache", "./.docker/buildx", "./.bash_history", "./answers", "./.local", "./.npm")
"""What belongs to the sandbox and not to the learner: caches, and findings about what is not there any more."""
SUFFIX = ".yours"
"""What is put after the name of a file that a replayed step has made as well."""


class NotTakenAlong(ValueError):
    """The files cannot be taken along; the text says which and what to do."""


@dataclass(slots=True)
class Merge:
    """How two home directories come together: files to write, names that were kept, names that stand beside another version."""

    files: list[FileToPut] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def read(archive: bytes) -> dict[str, FileToPut]:
    """The plain files of a packed home directory by their paths; links and special files are left out. Raises NotTakenAlong.

    The archive comes out of a machine on which the learner is root: whatever it claims, no more is read than the limits allow.
    """
    try:
        data = zlib.decompressobj(wbits=31).decompress(archive, UNPACKED + 1)
        if len(data) > UNPACKED:
            raise NotTakenAlong(_too_much(UNPACKED))
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as packed:
            return dict(_files(packed))
    except (tarfile.TarError, zlib.error, EOFError, OSError, OverflowError) as error:
        raise NotTakenAlong("Your home directory cannot be read. Reset the lab to go on without its files.") from error


def _files(packed: tarfile.TarFile) -> Iterator[tuple[str, FileToPut]]:
    for number, member in enumerate(packed):
        if number >= MOST:
            raise NotTakenAlong(f"Your home directory has more than {MOST} files. Remove what you do not need, then try again.")
        path = member.name.removeprefix("./")
        if not member.isreg() or member.issparse() or not _harmless(path):
            continue
        if member.size > LARGEST:
            sizes = f"{path} has {member.size >> 10} KiB; files up to {LARGEST >> 10} KiB can be taken along."
            raise NotTakenAlong(f"{sizes} Remove it, then try again.")
        content = packed.extractfile(member)
        assert content is not None
        yield path, FileToPut(path, content.read(), member.mode & 0o777)


def _too_much(limit: int) -> str:
    return f"Your home directory has more than {limit >> 20} MiB, which cannot be taken along. Remove what is large, then try again."


def too_large() -> NotTakenAlong:
    """What is to be said where even the packed directory is too large."""
    return NotTakenAlong(_too_much(LIMIT))


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
