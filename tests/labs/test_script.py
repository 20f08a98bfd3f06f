"""What a page's fences make of a lab, and what authors are told."""

from pathlib import Path

import pytest

from labs.fences import FenceKind
from labs.models import Lab, LabFile
from labs.script import Script
from tests.workshop.test_loading import MODULE, mistakes, write
from workshop.curriculum.loading import load
from workshop.curriculum.models import Page

LAB = """\
---
title: Hello
minutes: 30
kind: lab
lab: one-hello
instances: 2
ordered: true
repositories: [compose-stack]
---
```sh run
docker info
```

## Start one

```sh near-miss
docker create busybox
```

```sh undo
docker container prune -f
```

```sh run limit=60 node=node2
docker run busybox
```

> [!HINT]
> Look at `docker run --help`.

> [!SOLUTION]
> ```sh run skip="the same again"
> docker run busybox true
> ```

```sh check timeout=20
test -n "$(docker ps -aq)" # secret
```

## Read on

More.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, {"one/module.yaml": MODULE, "one/01-hello.md": LAB})


@pytest.mark.django_db
def test_a_lab_has_its_sections_in_order(folder: Path) -> None:
    write(folder, {"one/files/one-hello/app/run.sh": "#!/bin/sh\n"})
    load([folder])
    lab = Lab.objects.get()
    assert (lab.slug, lab.title, lab.module, lab.page, lab.instances, lab.ordered) == ("one-hello", "Hello", "one", "hello", 2, True)
    assert lab.repositories == ["compose-stack"]
    before, step, after = lab.script.sections
    assert [(act.kind, act.source) for act in before.acts] == [(FenceKind.RUN, "docker info")]
    assert [(act.kind, act.node, act.seconds, act.skip) for act in step.acts] == [
        (FenceKind.NEAR_MISS, "", 120, ""),
        (FenceKind.UNDO, "", 120, ""),
        (FenceKind.RUN, "node2", 60, ""),
        (FenceKind.RUN, "", 120, "the same again"),
    ]
    assert step.check is not None
    assert (step.anchor, step.title, step.hints, step.check.seconds, lab.step_count) == ("start-one", "Start one", 1, 20, 1)
    assert after.check is None
    assert Script.from_json(lab.script.to_json()) == lab.script
    assert [(file.path, bytes(file.content)) for file in LabFile.objects.all()] == [("app/run.sh", b"#!/bin/sh\n")]


@pytest.mark.django_db
def test_learners_read_neither_checks_nor_near_misses(folder: Path) -> None:
    load([folder])
    page = Page.objects.get()
    for text in (page.html, page.text, str(page.sections)):
        assert "secret" not in text
        assert "docker create" not in text
        assert "prune" not in text
    assert page.html.count('<div class="step-panel" data-step="start-one"></div>') == 1


@pytest.mark.django_db
def test_a_lab_whose_page_is_gone_keeps_its_row(folder: Path) -> None:
    load([folder])
    before = Lab.objects.get()
    write(folder, {"one/01-hello.md": LAB.replace("one-hello", "one-other")})
    load([folder])
    assert [(lab.pk == before.pk, lab.slug, lab.withdrawn) for lab in Lab.objects.order_by("pk")] == [
        (True, "one-hello", True),
        (False, "one-other", False),
    ]


def test_mistakes_of_labs_are_reported_with_their_lines(folder: Path) -> None:
    check = "```sh check\ntrue\n```\n"
    front = LAB[: LAB.index("```sh run")]
    write(
        folder,
        {
            "one/01-hello.md": f"{front}{check}\n## A\n\n{check}\n{check}\n## B\n\n```sh undo\nx\n```\n",
            "one/02-read.md": f"---\ntitle: R\nminutes: 1\n---\n## A\n\n{check}",
            "one/03-none.md": "---\ntitle: N\nminutes: 1\nkind: lab\n---\ntext\n",
            "one/05-word.md": f"{front}## A\n\n```check\nx\n```\n",
            "one/04-many.md": LAB.replace("instances: 2", "instances: 6").replace("timeout=20", "timeout=100"),
        },
    )
    assert mistakes(folder) == [
        "one/01-hello.md:10: a check belongs under a second-level heading, which is its step",
        "one/01-hello.md:20: the section has a check already; a step has one",
        "one/01-hello.md:26: this undo block needs a check in the same section",
        "one/01-hello.md:26: an undo block follows the near-miss block that it takes back",
        "one/02-read.md:7: a check stands on a page of kind lab",
        "one/03-none.md:1: a page of kind lab needs the key lab, the lab's id",
        "one/04-many.md:6: 'instances' must be a whole number from 1 to 5",
        "one/04-many.md:36: unknown option 'timeout=100'; it may be timeout=SECONDS (up to 99) or node=node1 … node=node5",
        "one/05-word.md:12: a check block needs a language before the word check, such as ```sh check",
    ]


def test_a_lab_has_one_page(folder: Path) -> None:
    write(folder, {"one/module.yaml": MODULE.replace("30", "60"), "one/02-again.md": LAB})
    assert mistakes(folder) == ["one:1: the lab one-hello stands on more than one page"]


def test_a_lab_clones_only_what_the_mirror_has(folder: Path) -> None:
    write(folder, {"one/01-hello.md": LAB.replace("[compose-stack]", "[compose-stack, compose-stak]")})
    bundled = "build-vs-run, ci-demo, compose-stack, monitoring-stack, runtime-behaviour"
    assert mistakes(folder) == [f"one/01-hello.md:8: 'repositories' has 'compose-stak'; it may have {bundled}"]
