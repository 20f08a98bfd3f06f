"""The builder and its pages: several days, the catalogue beside them, and what axe and a small screen say."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESK, PHONE, Visitors
from tests.e2e.looks import look_at
from tests.e2e.test_builder import TALL, Builder, proposed
from tests.e2e.test_builder_troubles import BUILDER

pytestmark = pytest.mark.e2e


def far_too_full(page: Page) -> None:
    """The builder with conflicts of several kinds and too much in the day."""
    builder = proposed(page)
    builder.item("Continuous Integration").focus()
    for place in range([title for _, title in builder.times()].index("Continuous Integration") - 1, -1, -1):
        page.keyboard.press("Alt+ArrowUp")
        expect(page.locator(".item").nth(place)).to_have_attribute("data-title", "Continuous Integration")
    for title in ("Security", "Monitoring", "Running in Production"):
        page.get_by_role("button", name=f"Add {title}").click()
        expect(builder.item(title)).to_have_count(1)
    builder.saved()
    expect(page.locator('[data-conflict="over"]')).to_be_visible()
    builder.item("Security").locator(".item-more > summary").click()


def test_axe_finds_nothing(visitors: Visitors) -> None:
    page = visitors.page("alice")
    found = []
    page.goto("/agendas/new/?preset=diy")
    page.get_by_role("button", name="Use this").click()
    page.wait_for_url(BUILDER)
    found += look_at(page, "builder-empty")
    for path, name in (("/agendas/", "agendas"), ("/agendas/new/", "planner"), ("/agendas/new/?preset=two-days", "preset")):
        page.goto(path)
        found += look_at(page, name)
    far_too_full(page)
    address = page.url
    found += look_at(page, "builder-conflicts")
    page.locator("#share-menu summary").click()
    page.get_by_role("button", name="Share it by link").click()
    page.locator("#share-menu summary").click()
    found += look_at(page, "builder-link")
    page.goto(page.locator("#share-link").input_value())
    found += look_at(page, "agenda-shared")
    page.goto(f"{address}print/")
    found += look_at(page, "agenda-print", looks=[(DESK, "light"), (PHONE, "light")])
    assert found == []
    assert visitors.problems() == []


def drag(page: Page, start: Locator, end: Locator) -> None:
    """Take something and let it go on the upper part of something else."""
    origin, target = start.bounding_box(), end.bounding_box()
    assert origin is not None
    assert target is not None
    page.mouse.move(origin["x"] + 60, origin["y"] + 12)
    page.mouse.down()
    page.mouse.move(origin["x"] + 40, origin["y"] + 20, steps=5)
    page.mouse.move(target["x"] + 20, target["y"] + 6, steps=15)
    page.mouse.up()


def test_days_and_the_catalogue(visitors: Visitors) -> None:
    builder = proposed(visitors.page("alice", viewport=TALL))
    page = builder.page
    spoken = page.locator("[data-announce]")
    page.get_by_role("button", name="Add a day").click()
    expect(page.locator("[data-day]")).to_have_count(2)
    page.get_by_label("Find").fill("monitor")
    expect(page.locator(".catalogue-module:visible")).to_have_count(1)
    page.get_by_label("Add to").select_option("Day 2")
    page.get_by_role("button", name="Add Monitoring").click()
    expect(builder.item("Monitoring")).to_have_attribute("data-starts", "09:00")
    expect(spoken).to_contain_text("Monitoring added at 09:00 on day 2.")
    builder.item("Continuous Integration").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(spoken).to_contain_text("Continuous Integration moved to 09:00 on day 2.")
    expect(builder.item("Continuous Integration")).to_be_focused()
    page.get_by_label("Starts").nth(1).fill("10:00")
    expect(builder.item("Monitoring")).to_have_attribute("data-starts", "10:30")
    page.get_by_label("Find").fill("ecosystem")
    drag(page, page.locator(".catalogue-module:visible"), builder.item("Monitoring").locator("[data-grip]"))
    expect(builder.item("Ecosystem")).to_have_count(1)
    builder.saved()
    page.reload()
    assert {title for _, title in builder.times()[-3:]} == {"Continuous Integration", "Ecosystem", "Monitoring"}
    assert visitors.problems() == []


def test_a_module_in_two_parts(visitors: Visitors) -> None:
    builder = Builder(visitors.page("alice", viewport=TALL))
    page = builder.page
    page.goto("/agendas/new/?preset=half-day")
    page.get_by_role("button", name="Use this").click()
    page.wait_for_url(BUILDER)
    builder.item("Docker 101").locator(".item-more > summary").click()
    builder.item("Docker 101").get_by_label("Split after").fill("40")
    page.get_by_role("button", name="Split Docker 101").click()
    expect(builder.item("Docker 101, part 2 of 2")).to_have_attribute("data-starts", "09:50")
    page.get_by_role("button", name="Join with the next part").first.click()
    expect(builder.item("Docker 101")).to_have_attribute("data-minutes", "90")
    assert visitors.problems() == []
