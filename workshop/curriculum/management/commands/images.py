"""Which images the modules need, and whether sandboxes can have them without the internet."""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandboxes import services
from workshop.curriculum.models import Module


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("modules", nargs="*", metavar="MODULE", help="slugs of modules; all when none is named")
        parser.add_argument("--fetch", action="store_true", help="build, or fetch from the upstream registry, what is missing")

    def handle(self, *, modules: list[str], fetch: bool, **_: Any) -> None:
        wanted = needed_images(modules)
        try:
            there = services.mirror_contents(fresh=True)
            if fetch and missing(wanted, there):
                there = self._fetch(wanted, there)
        except services.SandboxError as error:
            raise CommandError(error.message) from error
        self._list(wanted, there)
        if fetch and (left := missing(wanted, there)):
            raise CommandError(f"Still missing: {', '.join(left)}")

    def _list(self, wanted: Mapping[str, list[str]], there: Mapping[str, int]) -> None:
        width = max(map(len, wanted), default=0)
        for name, needed_by in wanted.items():
            size = services.image_size(name, there)
            state = "missing" if size is None else f"{size / 1e6:6.1f} MB"
            self.stdout.write(f"{name:<{width}}  {state:>9}  {', '.join(needed_by)}")
        self.stdout.write(f"{len(wanted) - len(missing(wanted, there))} of {len(wanted)} here")

    def _fetch(self, wanted: Collection[str], there: Mapping[str, int]) -> Mapping[str, int]:
        """Build what this checkout has a recipe for, then copy the rest from upstream."""
        build = [sys.executable, "-m", "dev.images"]
        if subprocess.run(build, cwd=settings.BASE_DIR, check=False).returncode:  # noqa: S603 - our own
            raise CommandError("The images could not be built; the lines above say why.")
        left = missing(wanted, services.mirror_contents(fresh=True))
        for number, name in enumerate(left, start=1):
            self.stdout.write(f"{name}: fetching, {number} of {len(left)}")
            try:
                services.fetch_image(name=name, on_line=partial(self._progress, name))
            except services.SandboxError as error:
                self.stderr.write(error.message)
        return services.mirror_contents(fresh=True)

    def _progress(self, name: str, line: str) -> None:
        self.stdout.write(f"{name}: {line}")


def needed_images(slugs: Collection[str]) -> dict[str, list[str]]:
    """The images that modules need, by name, each with the slugs of those modules. Raises CommandError."""
    chosen = Module.objects.order_by("position", "slug")
    if slugs:
        chosen = chosen.filter(slug__in=slugs)
        unknown = sorted(set(slugs) - {module.slug for module in chosen})
        if unknown:
            raise CommandError(f"There is no module {unknown[0]!r}.")
    needed: dict[str, list[str]] = {}
    for module in chosen:
        for name in module.needs.get("images", []):
            needed.setdefault(name, []).append(module.slug)
    return dict(sorted(needed.items()))


def missing(wanted: Collection[str], there: Mapping[str, int]) -> list[str]:
    """Those that the mirror does not have."""
    return [name for name in wanted if services.image_size(name, there) is None]
