"""The way of a newcomer, once and whole: sign in, read, start a sandbox, click the commands."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dev.layout import ROOT
from tests.e2e.conftest import DESK, Visitors, sign_in
from tests.e2e.learning import Learning
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

SCREENSHOT = Path(os.environ.get("SCREENSHOT") or ROOT / "var" / "test" / "screenshots" / "learning-page.png")
"""Below var/, so that a run of the tests leaves the work tree as it was; `make screenshot` names the one in docs/."""


def test_the_whole_way(product: Product, visitors: Visitors) -> None:
    page = visitors.page()
    sign_in(page, "bob")
    page.get_by_role("link", name="Docker 101", exact=True).click()
    page.get_by_role("link", name=re.compile("^(Start|Continue)")).click()
    here = Learning(page, product.url)
    here.live()
    here.is_state("none")
    shown = follow_states(here)
    here.start()
    states = [state for state in page.evaluate("() => window.seenStates") if state]
    assert states[-1] == "ready"
    assert "preparing" in states, "the page went from the click to the shell without a word"
    assert shown <= {"none", *states}
    say_hello(here)
    go_inside(here)
    take_picture(here)
    leave(here)
    interrupt(here)
    clean_up(here)
    assert visitors.problems() == []


def follow_states(here: Learning) -> set[str]:
    """Let the page itself note every state that it shows from now on."""
    here.page.evaluate(
        """() => {
          const bench = document.querySelector("#workbench");
          window.seenStates = [bench.dataset.state];
          new MutationObserver(() => window.seenStates.push(bench.dataset.state)).observe(bench, {attributeFilter: ["data-state"]});
        }"""
    )
    return {here.bench.get_attribute("data-state") or ""}


def say_hello(here: Learning) -> None:
    """The shell stands beside the text, both whole, and the first block prints what Docker prints."""
    text, bench = here.page.locator("#text").bounding_box(), here.bench.bounding_box()
    assert text
    assert bench
    assert text["x"] + text["width"] <= bench["x"], "text and terminal overlap"
    for box in (text, bench):
        assert box["y"] + box["height"] <= DESK["height"], "the page has to be scrolled"
        assert box["x"] + box["width"] <= DESK["width"]
    assert here.page.evaluate("() => document.documentElement.scrollHeight") <= DESK["height"]
    assert "your own Docker host" in here.text()
    assert re.search(r"3 h 59 min|4 h", here.text()), "the greeting tells the lifetime"
    expect(here.page.locator("[data-countdown-text]")).to_have_text(re.compile(r"^3:5\d:\d\d left$"))
    here.run("docker run hello-world", "output of a container")
    here.prompt()
    expect(here.block("docker run hello-world").locator(".ran-mark")).to_be_visible()


def go_inside(here: Learning) -> None:
    """The interactive blocks: each types into the program that the one before has started."""
    here.run("docker run -it --name first busybox", "\n/ #")
    seen = here.run("hostname", "/ # hostname\n")
    here.until(lambda text: re.search(r"^[0-9a-f]{12}$\n/ #$", text, re.MULTILINE), "the container's own host name")
    assert "node1" not in seen.rpartition("/ # hostname")[2]
    here.run("whoami", "/ # whoami\nroot\n/ #")
    here.run("ps", "/ # ps\n")
    processes = here.until(lambda text: re.search(r"^ +\d+ root .*\bps\b.*\n/ #$", text, re.MULTILINE), "the list of processes")
    rows = processes.rpartition("/ # ps\n")[2].splitlines()
    assert [row.split()[0] for row in rows[1:2]] == ["1"]
    assert len(rows) == 4, f"a heading, the two processes that the page speaks of, and the prompt:\n{rows}"
    files = here.run("ls -l /", " var\n/ #")
    assert " bin\n" in files
    assert " etc\n" in files


def unwrapped(text: str) -> str:
    """The screen without its line ends: a table that is too wide is cut anywhere, in the middle of a name too."""
    return text.replace("\n", "")


def leave(here: Learning) -> None:
    """exit ends the container; it is still listed."""
    here.run("exit")
    here.prompt()
    here.block("docker ps\ndocker ps -a").locator('[data-action="run"]').click()
    seen = here.until(lambda text: re.search(r"CONTAINER ID.*docker ps -a.*CONTAINER ID.*first.*\$$", unwrapped(text)), "both lists")
    everything = unwrapped(seen).rpartition("CONTAINER ID")[2]
    assert "Exited (0)" in everything
    assert "hello-world" in everything
    here.prompt()


def interrupt(here: Learning) -> None:
    """A command that does not end is interrupted by the block that says so."""
    here.run("docker run -it --name pinging busybox ping localhost", "seq=2 ")
    block = here.block("docker ps -a --filter name=pinging")
    expect(block.locator('[data-action="run"]')).to_have_text("Interrupt and run")
    block.locator('[data-action="run"]').click()
    seen = here.until(lambda text: re.search(r"Exited .*pinging\[node1\]", unwrapped(text)), "the interrupted container")
    assert "packets transmitted" in seen
    here.prompt()


def clean_up(here: Learning) -> None:
    """What was made is removed, and Docker says so."""
    here.run("docker rm first pinging", "first\npinging\n")
    seen = here.command("docker ps -a")
    listed = unwrapped(seen).rpartition("CONTAINER ID")[2]
    assert "hello-world" in listed
    assert "first" not in listed
    assert "pinging" not in listed


def take_picture(here: Learning) -> None:
    """What the README shows: the first commands of the page, and what they have printed."""
    here.page.locator("#text").evaluate("(text) => text.scrollTo(0, 0)")
    here.page.mouse.move(0, 0)
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    here.page.screenshot(path=SCREENSHOT, animations="disabled", caret="hide")
    assert SCREENSHOT.stat().st_size < 300_000
