"""Loads the curriculum."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workshop.curriculum.loading import ContentInvalid, load
from workshop.curriculum.watching import announce, saved


class Command(BaseCommand):
    """Content folders into the database; may run as often as one likes."""

    help = "Load modules and pages from content folders. With a mistake anywhere nothing is loaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Folders, else those of DRYDOCK_CONTENT."""
        parser.add_argument("folders", nargs="*", type=Path, help="Content folders; default: those of the settings.")
        parser.add_argument("--watch", action="store_true", help="Load again whenever a file is saved; open pages reload.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or list every mistake and fail; with --watch go on until Ctrl-C."""
        folders = options["folders"] or settings.CONTENT_DIRS
        if not options["watch"]:
            self._load(folders)
            return
        for _ in saved(folders):
            try:
                self._load(folders)
                announce()
            except CommandError as error:
                self.stderr.write(str(error))

    def _load(self, folders: list[Path]) -> None:
        try:
            loaded = load(folders)
        except ContentInvalid as invalid:
            for mistake in invalid.mistakes:
                self.stderr.write(str(mistake))
            raise CommandError(f"{len(invalid.mistakes)} mistakes; nothing was loaded.") from None
        gone = f", {loaded.withdrawn} modules withdrawn" if loaded.withdrawn else ""
        self.stdout.write(f"{loaded.modules} modules with {loaded.pages} pages, {loaded.changed} of them new or changed{gone}.")
