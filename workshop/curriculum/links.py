"""Pictures and relative links of a page: they lead somewhere, or the page is not loaded."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workshop.curriculum.schema import Mistake

TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_LARGEST = 1024 * 1024
_PAGE = re.compile(r"(?:\d\d-)?([a-z0-9-]+)\.md")


@dataclass(frozen=True, slots=True)
class Picture:
    """One file beside the text."""

    name: str
    content_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """Changes with the content, for addresses that may be cached for ever."""
        return hashlib.sha256(self.content).hexdigest()[:16]


def read_pictures(folder: Path, mistakes: list[Mistake]) -> list[Picture]:
    """The pictures in a module's folder ``images``."""
    pictures = []
    for path in sorted((folder / "images").glob("*")):
        content = path.read_bytes()
        if path.suffix not in TYPES:
            mistakes.append(Mistake(path, 1, f"a picture is one of {', '.join(TYPES)}"))
        elif len(content) > _LARGEST:
            mistakes.append(Mistake(path, 1, "a picture may have 1 MiB"))
        else:
            pictures.append(Picture(path.name, TYPES[path.suffix], content))
    return pictures


class Links:
    """What relative links may lead to: pages and pictures of all modules that are being loaded."""

    def __init__(self, modules: Mapping[str, Path]) -> None:
        self._modules = {folder.resolve(): slug for slug, folder in modules.items()}
        self._by_slug = dict(modules)

    def resolver(self, page: Path) -> Callable[[str], str | None]:
        """A function from a link on ``page`` to its address on the site."""

        def resolve(target: str) -> str | None:
            path, _, anchor = target.partition("#")
            address = self._address(page.parent, path)
            return f"{address}#{anchor}" if address and anchor else address

        return resolve

    def _address(self, folder: Path, target: str) -> str | None:
        # A module of another content folder is not at ../slug/ on disk, so the last two parts decide.
        file = (folder / target).resolve()
        if not file.is_file() and len(parts := Path(target).parts) > 1 and parts[-2] in self._by_slug:
            file = self._by_slug[parts[-2]].resolve() / parts[-1]
        if not file.is_file():
            return None
        if file.parent in self._modules and (name := _PAGE.fullmatch(file.name)):
            return f"/modules/{self._modules[file.parent]}/{name[1]}/"
        if file.parent.name == "images" and file.parent.parent in self._modules and file.suffix in TYPES:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
            return f"/modules/{self._modules[file.parent.parent]}/images/{file.name}?v={digest}"
        return None
