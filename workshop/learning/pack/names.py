"""Names of files in the pack: safe to unpack on any system, whatever a learner's machine says a file is called. Pure."""

import re

_LONGEST = 100
# What Windows refuses in a name, and what none should have: control characters, halves of characters.
_ODD = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\\ud800-\udfff\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(name: str) -> str:
    """One part of a path: no separators, nothing that means another place, nothing that a system refuses."""
    clean = _ODD.sub("_", name.replace("/", "_")).rstrip(". ")
    if not clean.strip("."):
        return "_"
    if _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 13]}_{clean[-12:]}"


def safe_path(path: str) -> str:
    """A relative path out of safe parts; never above where it begins, never absolute."""
    parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
    return "/".join(safe_name(part) for part in parts[-20:]) or "_"


class Names:
    """Gives each path once, also for systems that do not tell capitals from small letters, and no file the place of a folder."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def free(self, path: str) -> str:
        """The path or, where it is taken, one beside it."""
        *folders, name = path.split("/")
        place = ""
        for folder in folders:
            place = _beside(place + folder, self._files, dotted=False) + "/"
            self._folders.add(place[:-1].lower())
        found = _beside(place + name, self._files | self._folders, dotted=True)
        self._files.add(found.lower())
        return found


def _beside(path: str, taken: set[str], *, dotted: bool) -> str:
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".") if dotted else (name, "", "")
    if not stem:
        stem, dot, suffix = name, "", ""
    tried, number = path, 1
    while tried.lower() in taken:
        number += 1
        tried = f"{folder}{slash}{stem} ({number}){dot}{suffix}"
    return tried
