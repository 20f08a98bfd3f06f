"""Telling whether inputs have changed since something was made from them."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_IGNORED = {"__pycache__", "node_modules", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def files_below(folder: Path, *, without: Iterable[Path] = ()) -> Iterator[Path]:
    """The files of a tree in a fixed order, without caches and without the folders given."""
    skipped = set(without)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name in _IGNORED or path in skipped:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files_below(path, without=skipped)
        else:
            yield path


def fingerprint(paths: Iterable[Path], *words: str, base: Path) -> str:
    """A hash over names (relative to ``base``), executable bits and contents of the files, and over the words."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(f"word {len(word)} {word}\n".encode())
    for path in paths:
        name = path.relative_to(base).as_posix()
        if path.is_symlink():
            content, mode = str(path.readlink()).encode(), "l"
        else:
            content, mode = path.read_bytes(), "x" if path.stat().st_mode & 0o100 else "-"
        digest.update(f"file {len(name)} {name} {mode} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def combined(*words: str) -> str:
    """A hash over words alone."""
    return fingerprint([], *words, base=Path())


class Stamp:
    """A small file that says what something was last made from."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def holds(self, value: str) -> bool:
        """Whether the last ``write`` had this value."""
        try:
            return self._path.read_text(encoding="utf-8").strip() == value
        except OSError:
            return False

    def write(self, value: str) -> None:
        """Vouch for this value from now on."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(value + "\n", encoding="utf-8")

    def clear(self) -> None:
        """Before the work: a stamp must not outlive what it vouched for."""
        self._path.unlink(missing_ok=True)
