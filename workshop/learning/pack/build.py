"""The ZIP file: written into a temporary file that nobody else sees and that is gone once it is closed."""

import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone

from sandboxes import services
from workshop.learning.course import Course
from workshop.learning.overview import pages_done
from workshop.learning.pack.images import compose, images_of, listing
from workshop.learning.pack.names import Names, safe_name, safe_path
from workshop.learning.pack.pages import pages_html

if TYPE_CHECKING:
    from workshop.accounts.models import User

_PLAIN, _PROGRAM = 0o100644, 0o100755


class PackFailed(Exception):
    """The pack could not be written; the text is a sentence for the learner."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the learner did in the sandbox of a module."""

    module: str
    takeouts: tuple[services.Takeout, ...]


def build(*, person: "User", course: Course, work: Iterable[Work], site: Callable[[str], str], skipped: bool = False) -> IO[bytes]:
    """The pack as an open file at its beginning; who asked closes it. ``skipped``: the learner wants it without their work.

    Raises PackFailed where there is no room for it.
    """
    work = list(work)
    images = images_of(course)
    texts = {
        "pages.html": pages_html(course=course, done=pages_done(person, course.modules), site=site),
        "images.txt": listing(images),
        "compose.yaml": compose(images),
    }
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- whoever sends it closes it
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            writer = _Writer(archive, f"{course.slug}-pack")
            for name, text in texts.items():
                writer.add(name, text.encode())
            kept = [_add(writer, each) for each in work]
            context = {"course": course, "work": kept, "skipped": skipped, "made": timezone.now(), "limit": 20}
            writer.add("README.txt", render_to_string("learning/pack/README.txt", context).encode())
        file.seek(0)
    except OSError as error:
        file.close()
        raise PackFailed("There is no room on the server to make the pack just now. Try again later, or tell your trainer.") from error
    except BaseException:
        file.close()
        raise
    return file


@dataclass(frozen=True, slots=True)
class Kept:
    """What of somebody's work went into the pack, for the page that tells about it."""

    module: str
    transcripts: int
    files: int
    left_out: int


class _Writer:
    """Adds files below one folder, each under a name that is safe and free."""

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        self._archive = archive
        self._folder = safe_name(folder)
        self._names = Names()
        self._now = time.localtime()[:6]

    def add(self, path: str, content: bytes, *, executable: bool = False) -> str:
        """Write a file; the path that it got."""
        name = self._names.free(safe_path(path))
        entry = zipfile.ZipInfo(f"{self._folder}/{name}", self._now)
        entry.external_attr = (_PROGRAM if executable else _PLAIN) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._archive.writestr(entry, content)
        return name


def _add(writer: _Writer, work: Work) -> Kept:
    transcripts = files = 0
    left_out: list[str] = []
    for takeout in work.takeouts:
        folder = f"my-work/{safe_name(work.module)}/{safe_name(takeout.node)}"
        for transcript in takeout.transcripts:
            writer.add(f"{folder}/terminals/{safe_name(transcript.title)}.txt", transcript.text.encode(errors="replace"))
        if takeout.commands:
            writer.add(f"{folder}/commands.txt", takeout.commands.encode(errors="replace"))
        for file in takeout.files:
            writer.add(f"{folder}/files/{safe_path(file.path)}", file.content, executable=file.executable)
        transcripts += len(takeout.transcripts)
        files += len(takeout.files)
        left_out += [f"{takeout.node}: {_printable(each.path)}: {each.reason}" for each in takeout.left_out]
    if left_out:
        writer.add(f"my-work/{safe_name(work.module)}/left-out.txt", ("\n".join(left_out) + "\n").encode(errors="replace"))
    return Kept(work.module, transcripts, files, len(left_out))


def _printable(path: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in path)
