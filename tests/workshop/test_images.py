"""What a module needs to pull, and whether it is here: on its page and on the command line."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sandboxes import engines
from sandboxes.models import Engine
from sandboxes.services import fetch_image, image_size, mirror_contents

THERE = {"busybox:1.37": 1_125_959, "hello-world:latest": 2_748}


class StockedEngine:
    """The engine's mirror, at the outermost edge: what it holds, and what was asked of it."""

    def __init__(self, there: dict[str, int], upstream: dict[str, int]) -> None:
        self.there = there
        self.upstream = upstream

    def images(self) -> dict[str, int]:
        return dict(self.there)

    def fetch(self, name: str, on_line: object) -> None:
        self.there[name] = self.upstream[name]


@pytest.fixture
def stocked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> StockedEngine:
    made = StockedEngine(dict(THERE), {"nginx:1.26": 35_000_000})
    monkeypatch.setattr(engines, "backend_for", lambda _: made)
    return made


def test_a_modules_page_says_what_is_here(client: Client, course: Path, engine: Engine) -> None:
    assert ", here" not in client.get("/modules/basics/").content.decode()
    Engine.objects.update(images=THERE)
    assert "<code>busybox:1.37</code>, 1.1\xa0MB, here" in client.get("/modules/basics/").content.decode()


def test_the_command_counts(course: Path, stocked: StockedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("images")
    assert capsys.readouterr().out.splitlines() == ["busybox:1.37     1.1 MB  basics", "1 of 1 here"]
    assert mirror_contents() == THERE, "what was found is kept for the pages"
    stocked.there.clear()
    call_command("images", "basics")
    assert capsys.readouterr().out.splitlines() == ["busybox:1.37    missing  basics", "0 of 1 here"]


def test_a_module_without_images_needs_none(course: Path, stocked: StockedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("images", "fleets")
    assert capsys.readouterr().out == "0 of 0 here\n"


def test_a_module_that_is_not_there_is_named(course: Path, stocked: StockedEngine) -> None:
    with pytest.raises(CommandError, match=r"There is no module 'nope'\."):
        call_command("images", "basics", "nope")


def test_a_name_without_a_tag_means_latest(stocked: StockedEngine) -> None:
    assert image_size("hello-world", THERE) == 2_748
    assert image_size("localhost:5000/hello-world", {"localhost:5000/hello-world:latest": 1}) == 1
    assert image_size("nginx", THERE) is None
    fetch_image(name="nginx:1.26", on_line=print)
    assert stocked.there["nginx:1.26"] == 35_000_000
