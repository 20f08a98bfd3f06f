"""Begins a module for its author."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workshop.curriculum.files import MODULE_SLUG

_MODULE = """\
title: {title}
summary: One sentence for the module's card.
minutes: 30
level: beginner
position: {position}
tracks: []
prerequisites: []
helps: []
objectives:
  - Say what a learner can do afterwards, beginning with a verb
needs:
  images: [busybox]
  profile: confined
  network: none
authors: []
licence: CC-BY-4.0
reviewed: {today}
"""
_PAGE = """\
---
title: The first page
minutes: 20
kind: lab
lab: {slug}-first
---
Say why before how. Then let the reader do it:

## Do something

```sh near-miss
docker create --name greeting busybox true
```

```sh undo
docker rm -f greeting
```

```sh run
docker run --name greeting busybox echo hello
```

> [!EXPECT]
> The word hello.

> [!HINT]
> What follows the name of the image is the command for the container.

```sh check
docker logs greeting 2>/dev/null | grep -q hello || {{ echo "No container called greeting has said hello."; exit 1; }}
```

> [!TRAINER]
> Ten minutes. Ask the room what they expect before they click.
"""
_QUIZ_PAGE = """\
---
title: Quiz and further reading
minutes: 10
kind: quiz
---
What you have learned, in three sentences.
"""
_QUIZ = """\
- question: What did the container print?
  options:
  - text: hello
    correct: true
    why: The command of the container was echo hello.
  - text: busybox
    why: That is the name of the image.
  explanation: Whatever stands after the image's name is the command for the container.
"""


class Command(BaseCommand):
    """A folder with one page, one quiz and everything that a module needs; it can be loaded at once."""

    help = "Begin a module: a folder with metadata, a first page and a quiz."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The slug, and optionally the content folder."""
        parser.add_argument("slug", help="The module's name in addresses: small letters, digits, hyphens.")
        parser.add_argument("--folder", type=Path, default=None, help="A content folder; default: the last one of the settings.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files, never over others."""
        slug = options["slug"]
        if not MODULE_SLUG.fullmatch(slug):
            raise CommandError(f"{slug} cannot be a module's name: use small letters, digits and single hyphens.")
        content = options["folder"] or settings.CONTENT_DIRS[-1]
        folder = content / "modules" / slug
        if folder.exists():
            raise CommandError(f"{folder} is there already.")
        folder.mkdir(parents=True)
        position = sum(1 for path in folder.parent.iterdir() if path.is_dir())
        title = slug.replace("-", " ").capitalize()
        files = {
            "module.yaml": _MODULE.format(title=title, position=position, today=date.today().isoformat()),
            "01-first-page.md": _PAGE.format(slug=slug),
            "02-quiz.md": _QUIZ_PAGE,
            "quiz.yaml": _QUIZ,
        }
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"{folder} is begun. Change its files, then run: manage.py loadcontent")
