"""A small curriculum of two modules, written as an author would; for tests of pages that show one."""

from pathlib import Path

from workshop.curriculum.loading import load

BASICS = """\
title: Basics
summary: The first steps.
minutes: 40
level: beginner
position: 1
tracks: [introduction]
objectives: ["Run `docker ps`", Explain a layer]
needs: {images: ["busybox:1.37"], network: mirror}
authors: [Alice]
licence: CC-BY-4.0
reviewed: 2026-11-24
"""
FLEETS = """\
title: Fleets
summary: Many hosts at once.
minutes: 30
level: advanced
position: 2
tracks: [advanced, automation]
prerequisites: [basics]
objectives: [Steer a fleet]
"""
START = """\
---
title: Start here
minutes: 20
kind: lab
lab: basics-start
---
Some words before.

> [!TRAINER]
> Ask the room first.

## List containers

```sh run
docker ps --all
```

> [!HINT]
> Look at the column STATUS.

## Read on

| | Words |
|---|---|
| a | b |
"""
LAYERS = "---\ntitle: Layers\nminutes: 15\n---\n## Union mounts\n\nA layer is a change. `overlay2` stacks them.\n"
EXTRA = "---\ntitle: For the quick\nminutes: 10\nextra: true\n---\nMore of it.\n"
QUIZ_PAGE = "---\ntitle: Recap\nminutes: 5\nkind: quiz\n---\n## In short\n\nYou can list containers.\n"
QUIZ = """\
- question: "What does `docker ps` list?"
  options:
  - {text: Images, why: Those are listed by docker images.}
  - {text: Containers that run, correct: true, why: And with -a all of them.}
  explanation: It asks the daemon.
- question: Which of these are layers?
  options:
  - {text: What RUN leaves behind, correct: true}
  - {text: A volume, why: A volume is mounted beside.}
  - {text: What COPY brings, correct: true}
  explanation: Each change of the file system is one.
"""
FLAGSHIP = "---\ntitle: Flagship\nminutes: 30\n---\n## Docker context\n\n```sh\ndocker context ls\n```\n"

FILES = {
    "basics/module.yaml": BASICS,
    "basics/01-start.md": START,
    "basics/02-layers.md": LAYERS,
    "basics/03-quick.md": EXTRA,
    "basics/04-recap.md": QUIZ_PAGE,
    "basics/quiz.yaml": QUIZ,
    "fleets/module.yaml": FLEETS,
    "fleets/01-flagship.md": FLAGSHIP,
}


def load_course(folder: Path, *, without: str = "") -> None:
    """Write the curriculum into the folder and load it; ``without`` leaves a module out."""
    for name, text in FILES.items():
        if without and name.startswith(f"{without}/"):
            continue
        path = folder / "modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    load([folder])
