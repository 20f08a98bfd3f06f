"""Without a mouse, and on a telephone."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Visitors
from tests.e2e.learning import Learning

pytestmark = pytest.mark.e2e


def focused(here: Learning, selector: str) -> bool:
    """Whether the focus is in such an element."""
    return bool(here.page.evaluate("(selector) => document.activeElement.closest(selector) !== null", selector))


def tab_to(here: Learning, selector: str, key: str = "Tab") -> None:
    """Press Tab until the focus is there; every stop on the way must be visible."""
    for _ in range(250):
        here.page.keyboard.press(key)
        assert here.page.evaluate("() => document.activeElement.getClientRects().length > 0"), "the focus is on something hidden"
        if focused(here, selector):
            return
    raise AssertionError(f"{key} never reaches {selector}")


def test_keyboard_alone(visitors: Visitors) -> None:
    here = visitors.learning("bob")
    tab_to(here, '#workbench [data-action="start"]')
    here.page.keyboard.press("Enter")
    here.ready()
    expect(here.pane.locator("textarea")).to_be_focused()
    assert "F6" in (here.pane.locator("textarea").get_attribute("aria-label") or "")
    here.type("echo by-hand-$((6*7))\n")
    here.shows("by-hand-42\n")
    # In the shell Tab completes; F6 is the way out, and back.
    here.page.keyboard.press("Tab")
    assert focused(here, "[data-terminal-id]")
    here.page.keyboard.press("F6")
    expect(here.page.locator("#text")).to_be_focused()
    tab_to(here, "[data-run]")
    here.page.keyboard.press("Control+Enter")
    here.shows("output of a container")
    here.prompt()
    here.page.keyboard.press("F6")
    tab_to(here, '[role="separator"]')
    tab_to(here, '[data-action="stop"]')
    here.page.keyboard.press("Enter")
    dialog = here.page.get_by_role("dialog", name="Stop this sandbox?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    here.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    here.is_state("ready")
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("Tab")
    here.page.keyboard.press("Enter")
    here.is_state("stopped")
    expect(here.action("start")).to_be_visible()
    assert visitors.problems() == []


def test_phone(visitors: Visitors) -> None:
    here = visitors.learning("bob", viewport=PHONE)
    text, terminal = (here.page.get_by_role("tab", name=name, exact=True) for name in ("Text", "Terminal"))
    expect(text).to_have_attribute("aria-selected", "true")
    expect(here.page.locator("#text")).to_be_visible()
    expect(here.bench).to_be_hidden()
    assert fits(here)
    terminal.click()
    expect(here.page.locator("#text")).to_be_hidden()
    here.start()
    assert fits(here)
    assert int(here.value("tput cols")) >= 40
    here.page.get_by_role("button", name="Control C, interrupt").click()
    text.click()
    expect(here.bench).to_be_hidden()
    here.block("docker run hello-world").locator('[data-action="run"]').click()
    expect(terminal).to_have_attribute("aria-selected", "true")
    here.until(lambda seen: "docker ps --all" in seen.replace("\n", ""), "the output of hello-world")
    here.prompt()
    assert fits(here)
    assert visitors.problems() == []


def fits(here: Learning) -> bool:
    """Whether nothing sticks out at the side."""
    return bool(here.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
