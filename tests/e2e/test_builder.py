"""A trainer builds a day: asked for, changed, mended, shared and printed; with the keyboard alone; and two at once."""

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.e2e.conftest import Visitors
from tests.e2e.product import eventually

pytestmark = pytest.mark.e2e

# So that a whole day can be seen, and dragged over, without scrolling.
TALL = ViewportSize(width=1440, height=1700)
PATTERNS = "Myths and (Anti)Patterns"


class Builder:
    """One browser page that shows the builder."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.conflicts = page.locator("[data-conflict]")

    def item(self, title: str) -> Locator:
        """The item of that title."""
        return self.page.locator(f'.item[data-title="{title}"]')

    def times(self) -> list[tuple[str, str]]:
        """What begins when."""
        shown = self.page.locator(".item").evaluate_all("(all) => all.map((each) => [each.dataset.starts, each.dataset.title])")
        return [(starts, title) for starts, title in shown]

    def saved(self) -> None:
        """Wait until nothing is on its way to the server."""
        expect(self.page.get_by_text("All changes are saved")).to_be_visible()

    def drag(self, title: str, onto: str) -> None:
        """Take an item by its head and let it go on the lower part of another."""
        start, end = (self.item(each).locator("[data-grip]").bounding_box() for each in (title, onto))
        assert start is not None
        assert end is not None
        mouse = self.page.mouse
        mouse.move(start["x"] + 12, start["y"] + 12)
        mouse.down()
        mouse.move(start["x"] + 20, start["y"] + 30, steps=5)
        mouse.move(end["x"] + 20, end["y"] + end["height"] - 4, steps=15)
        mouse.up()


def proposed(page: Page) -> Builder:
    """A day from nine to half past four with an hour for lunch, for beginners, that ends at CI."""
    page.goto("/agendas/new/")
    page.get_by_label("Title").fill("From zero to CI")
    page.get_by_label("Start", exact=True).fill("09:00")
    page.get_by_label("End", exact=True).fill("16:30")
    page.get_by_label("Lunch, minutes").fill("60")
    page.get_by_label("The participants are").select_option("beginner")
    page.get_by_label("End with").select_option("continuous-integration")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("It comes after Continuous Integration").first).to_be_visible()
    page.get_by_role("button", name="Use this").first.click()
    expect(page.get_by_role("heading", name="From zero to CI")).to_be_visible()
    return Builder(page)


def test_a_day_is_planned_changed_mended_shared_and_printed(visitors: Visitors) -> None:
    builder = proposed(visitors.page("alice", viewport=TALL))
    page = builder.page
    planned = builder.times()
    assert planned[0] == ("09:00", "Welcome")
    assert planned[1] == ("09:10", "Docker 101")
    assert ("12:25", "Lunch") in planned
    assert [title for _, title in planned][-2] == "Continuous Integration"
    expect(builder.conflicts).to_have_count(0)

    builder.drag("Remoting", PATTERNS)
    eventually(lambda: builder.times() != planned, "the times have changed")
    builder.saved()
    builder.drag("Continuous Integration", "Docker 101")
    conflict = builder.conflicts.filter(has_text="Continuous Integration builds on Advanced Concepts, which comes after it.")
    expect(conflict).to_be_visible()
    conflict.get_by_role("button", name="Move Advanced Concepts before Continuous Integration").click()
    expect(conflict).to_have_count(0)
    builder.saved()

    page.locator("#share-menu summary").click()
    page.get_by_role("button", name="Share it by link").click()
    page.locator("#share-menu summary").click()
    link = page.locator("#share-link").input_value()
    stranger = visitors.page()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="From zero to CI")).to_be_visible()
    expect(stranger.get_by_text("Docker 101").first).to_be_visible()

    page.locator("#more-menu summary").click()
    page.get_by_role("link", name="Print, or save as PDF").click()
    page.wait_for_url("**/print/")
    assert len(page.pdf()) > 10_000
    assert visitors.problems() == []


def test_the_keyboard_is_enough(visitors: Visitors) -> None:
    builder = proposed(visitors.page("alice"))
    page = builder.page
    planned = builder.times()
    builder.item("Remoting").focus()
    page.keyboard.press("Alt+ArrowUp")
    eventually(lambda: [title for _, title in builder.times()][3:5] == ["Remoting", "Advanced Concepts"], "Remoting is earlier")
    expect(builder.item("Remoting")).to_be_focused()
    page.keyboard.press("Control+z")
    eventually(lambda: builder.times() == planned, "it is undone")
    page.keyboard.press("Control+Shift+Z")
    eventually(lambda: builder.times() != planned, "it is done again")
    builder.item(PATTERNS).focus()
    page.keyboard.press("Delete")
    expect(builder.item(PATTERNS)).to_have_count(0)
    builder.saved()
    page.reload()
    expect(builder.item(PATTERNS)).to_have_count(0)
    assert visitors.problems() == []


def test_two_trainers_at_once(visitors: Visitors) -> None:
    hers = proposed(visitors.page("alice"))
    his = Builder(visitors.page("dave"))
    his.page.goto(hers.page.url)
    expect(his.item("Remoting")).to_be_visible()
    his.item("Remoting").focus()
    his.page.keyboard.press("Delete")
    expect(hers.item("Remoting")).to_have_count(0)
    hers.item(PATTERNS).focus()
    hers.page.keyboard.press("Delete")
    expect(his.item(PATTERNS)).to_have_count(0)
    # Each takes back what was their own, whatever the other has done since.
    his.page.keyboard.press("Control+z")
    expect(hers.item("Remoting")).to_be_visible()
    expect(hers.item(PATTERNS)).to_have_count(0)
    assert visitors.problems() == []
