"""The builder when something is in the way: no network, the same text twice, somebody who types, no script."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Visitors, signed_in
from tests.e2e.product import Product
from tests.e2e.test_builder import TALL, Builder, proposed
from tests.e2e.watch import EXPECTED_WHEN_AWAY

pytestmark = pytest.mark.e2e

BUILDER = re.compile(r"/agendas/[0-9a-f-]{36}/$")


def says(page: Page, text: str) -> None:
    """Wait until the bar says so."""
    expect(page.locator("[data-state-text]")).to_contain_text(text)


def notes(builder: Builder, title: str) -> None:
    """Open what there is more about an item, and go to its notes."""
    builder.item(title).locator(".item-more > summary").click()
    builder.item(title).locator("textarea").focus()


def test_what_cannot_be_sent_is_kept_and_sent_when_the_network_is_back(visitors: Visitors) -> None:
    builder = proposed(visitors.page("alice", viewport=TALL))
    page = builder.page
    page.context.set_offline(True)
    page.get_by_label("Minutes of Remoting").fill("45")
    says(page, "Not saved: the server cannot be reached")
    builder.item("Welcome").focus()
    page.keyboard.press("Delete")
    page.context.set_offline(False)
    builder.saved()
    page.reload()
    expect(page.get_by_label("Minutes of Remoting")).to_have_value("45")
    expect(builder.item("Welcome")).to_have_count(0)
    assert visitors.problems(*EXPECTED_WHEN_AWAY) == []


def test_an_addition_whose_answer_was_lost_is_made_once(visitors: Visitors) -> None:
    builder = proposed(visitors.page("alice", viewport=TALL))
    page = builder.page

    def lose(route: Route) -> None:
        """Let the change arrive, and its answer not."""
        route.fetch()
        route.abort()

    page.route("**/operations/", lose)
    page.get_by_role("button", name="Add Security").click()
    says(page, "Not saved: the server cannot be reached")
    page.unroute("**/operations/")
    page.get_by_role("button", name="Retry now").click()
    builder.saved()
    expect(builder.item("Security")).to_have_count(1)
    expect(page.locator(".refused")).to_have_count(0)
    assert visitors.problems("net::ERR", "409") == []


def test_a_server_that_was_away_is_tried_again_without_being_asked(visitors: Visitors) -> None:
    builder = proposed(visitors.page("alice", viewport=TALL))
    page = builder.page
    troubles = [
        lambda route: route.fulfill(status=503, body="Back soon"),
        lambda route: route.abort("connectionrefused"),
        # A captive portal, or a proxy, that answers everything with a page of its own.
        lambda route: route.fulfill(status=200, body="<h1>Welcome to the hotel</h1>", content_type="text/html"),
    ]
    page.route("**/operations/", lambda route: troubles.pop(0)(route) if troubles else route.continue_())
    page.get_by_role("button", name="Add Security").click()
    says(page, "Not saved: the server has failed. Trying again in")
    expect(page.get_by_role("button", name="Retry now")).to_be_enabled()
    says(page, "Not saved: the server cannot be reached. Trying again in")
    builder.saved()
    expect(page.get_by_role("button", name="Retry now")).to_be_hidden()
    page.reload()
    expect(builder.item("Security")).to_have_count(1)
    assert visitors.problems("503", "net::ERR_CONNECTION_REFUSED") == []


def test_typing_on_while_a_slow_server_answers_is_no_conflict_with_oneself(visitors: Visitors) -> None:
    builder = proposed(visitors.page("alice", viewport=TALL))
    page = builder.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/operations/", hold)
    notes(builder, "Remoting")
    with page.expect_request("**/operations/"):
        page.keyboard.type("Bring cables")
    page.keyboard.type(", and a friend")
    # To leave the field sends the rest, behind what is still on its way.
    page.keyboard.press("Tab")
    held.pop().continue_()
    page.unroute("**/operations/")
    builder.saved()
    expect(page.locator(".refused")).to_have_count(0)
    page.reload()
    expect(builder.item("Remoting").locator("textarea")).to_have_value("Bring cables, and a friend")
    assert visitors.problems() == []


def test_the_same_text_by_two_is_a_clear_conflict(visitors: Visitors) -> None:
    hers = proposed(visitors.page("alice", viewport=TALL))
    his = Builder(visitors.page("dave", viewport=TALL))
    his.page.goto(hers.page.url)
    notes(hers, "Remoting")
    hers.page.context.set_offline(True)
    hers.page.keyboard.type("Bring two cables")
    says(hers.page, "Not saved")
    notes(his, "Remoting")
    his.page.keyboard.type("Bring nothing")
    expect(his.page.locator("#board")).not_to_have_attribute("data-version", "0")
    his.saved()
    hers.page.context.set_offline(False)
    expect(hers.page.locator(".refused")).to_contain_text("Somebody has changed the notes meanwhile: now it is “Bring nothing”.")
    mine = hers.item("Remoting").locator("textarea")
    expect(mine).to_have_value("Bring two cables")
    # Seen, and decided.
    mine.focus()
    hers.page.keyboard.press("End")
    hers.page.keyboard.type(", or nothing")
    hers.saved()
    expect(his.item("Remoting").locator("textarea")).to_have_value("Bring two cables, or nothing")
    assert visitors.problems(*EXPECTED_WHEN_AWAY, "409") == []


def test_what_is_being_typed_stays_while_another_changes_the_agenda(visitors: Visitors) -> None:
    hers = proposed(visitors.page("alice", viewport=TALL))
    his = Builder(visitors.page("dave", viewport=TALL))
    his.page.goto(hers.page.url)
    notes(hers, "Remoting")
    text = "A sentence that takes its time."
    for at, letter in enumerate(text):
        hers.page.keyboard.type(letter)
        if at == 10:
            his.item("Lunch").focus()
            his.page.keyboard.press("Delete")
            expect(his.item("Lunch")).to_have_count(0)
    expect(hers.page.locator(".board-news")).to_have_text("Changed by Dave")
    expect(hers.item("Lunch")).to_have_count(0)
    field = hers.item("Remoting").locator("textarea")
    expect(field).to_be_focused()
    expect(field).to_have_value(text)
    expect(his.item("Remoting").locator("textarea")).to_have_value(text)
    assert visitors.problems() == []


def test_without_script(product: Product, browser: Browser) -> None:
    state = signed_in(product, browser, "alice")
    context = browser.new_context(java_script_enabled=False, storage_state=state, base_url=product.url, viewport=TALL)
    page = context.new_page()
    page.goto("/agendas/")
    page.get_by_role("button", name=re.compile("Start from this.*Introduction")).click()
    page.wait_for_url(BUILDER)
    builder = Builder(page)
    before = builder.times()
    page.get_by_role("button", name="Move Remoting up").click()
    assert builder.times() != before
    page.get_by_label("Minutes of Remoting").fill("35")
    page.get_by_role("button", name="Save the minutes of Remoting").click()
    expect(page.get_by_label("Minutes of Remoting")).to_have_value("35")
    page.get_by_role("button", name="Add Security").click()
    expect(builder.item("Security")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(builder.item("Security")).to_have_count(0)
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()
    context.close()
