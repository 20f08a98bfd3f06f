"""Files that a lab ships: a folder beside its page, copied into the learner's home directory when the lab begins."""

from dataclasses import dataclass
from pathlib import Path

LARGEST = 512 * 1024
"""Bytes of all files of a lab."""


@dataclass(frozen=True, slots=True)
class LabFile:
    """One file, with its path below the home directory."""

    path: str
    content: bytes
    executable: bool


def read_files(folder: Path) -> tuple[tuple[LabFile, ...], list[tuple[Path, str]]]:
    """The files of a folder in order, and what is wrong with them; none where there is no folder."""
    found, wrong = [], []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            wrong.append((path, "a lab ships plain files, no links and nothing special"))
        elif path.is_file():
            found.append(LabFile(path.relative_to(folder).as_posix(), path.read_bytes(), bool(path.stat().st_mode & 0o100)))
    size = sum(len(file.content) for file in found)
    if size > LARGEST:
        wrong.append((folder, f"the files have {size} bytes; {LARGEST} are the most"))
    return tuple(found), wrong
