"""Labs of a module of the tests' own: done by clicking, by typing, with the keyboard; with hints, a reset, and troubles."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from dev.layout import ROOT
from tests.e2e.conftest import Visitors, running
from tests.e2e.labpage import LabPage
from tests.e2e.learning import PATIENCE
from tests.e2e.looks import look_at
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

LAB = "/modules/boxes/first-box/"
ORDERED = "/modules/boxes/in-order/"
START, FILL, TELL = "start-the-box", "put-something-in", "hand-in-what-is-in-it"
RUN = "docker run -d --name box busybox sleep 3600"
FILE = "docker cp list.txt box:/list.txt"
ANSWER = "answer content $(docker exec box wc -w /list.txt | cut -d ' ' -f 1)"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A site with the tests' own module."""
    yield from running(ROOT / "tests" / "e2e" / "content")


def lab(product: Product, visitors: Visitors, person: str, path: str = LAB) -> LabPage:
    """The lab of a person, open."""
    return LabPage(visitors.page(person), product.url, path).open()


def test_a_lab_by_clicking(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "bob")
    here.progress("0 of 3 steps")
    expect(here.is_step(START, "open")).to_contain_text("It is checked once your sandbox runs.")
    expect(here.button(FILL, "start")).to_have_count(0)
    # What waits for the sandbox is typed when the lab's files are there.
    here.block(RUN).locator('[data-action="run"]').click()
    here.page.locator('dialog[open] [data-action="start-and-run"]').click()
    here.is_step(START, "done")
    here.said("Done: Start the box. Next: Put something in.")
    expect(here.dots.first).to_have_attribute("data-mark", "done")
    expect(here.page.get_by_role("heading", name="Start the box (done)")).to_be_attached()
    here.run(FILE)
    here.is_step(FILL, "done")
    here.button(FILL, "next").click()
    expect(here.page.locator(f"#{TELL}")).to_be_focused()
    here.run(ANSWER)
    here.is_step(TELL, "done")
    here.said("Lab done.")
    expect(here.finale).to_contain_text("3 steps in")
    expect(here.finale.get_by_role("link", name="One after another")).to_have_attribute("href", ORDERED)
    expect(here.page.locator("[data-done]")).to_have_attribute("aria-pressed", "true")
    here.page.reload()
    here.progress("3 of 3 steps")
    here.is_step(START, "done")
    expect(here.finale).to_be_visible()
    assert visitors.problems() == []


def test_a_lab_by_typing(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "carol")
    here.start()
    here.command("docker run -d --name box busybox true")
    # The learner has tried, so what the check misses is said.
    expect(here.step(START)).to_contain_text("There is no running container called box.")
    here.command("docker rm -f box")
    here.command(RUN)
    here.is_step(START, "done")
    here.command("docker cp list.txt box:/list.txt")
    here.is_step(FILL, "done")
    here.command("answer content 3")
    here.page.keyboard.press("F6")
    here.page.keyboard.press("v")
    expect(here.step(TELL)).to_contain_text("Not done yet")
    here.command("answer content 2")
    here.is_step(TELL, "done")
    expect(here.page.locator(".xterm-helper-textarea:focus")).to_have_count(1)
    expect(here.finale).to_be_visible()
    assert visitors.problems() == []


def test_with_the_keyboard(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "bob")
    here.start()
    here.page.keyboard.press("F6")
    for step in (START, FILL, TELL):
        here.page.keyboard.press("n")
        expect(here.page.locator(f"#{step}")).to_be_focused()
    here.page.keyboard.press("n")
    expect(here.page.locator(f"#{TELL}")).to_be_focused()
    here.page.keyboard.press("p")
    expect(here.page.locator(f"#{FILL}")).to_be_focused()
    here.page.keyboard.press("v")
    here.said("Put something in: Not done yet.")
    here.page.keyboard.press("?")
    expect(here.page.get_by_role("dialog", name="Keys")).to_contain_text("Check the step that you are at")
    here.page.keyboard.press("Escape")
    assert visitors.problems() == []


def test_hints_open_one_after_another(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "bob")
    hints = here.page.locator("details.hint")
    expect(hints.locator("summary")).to_have_text(["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint"])
    second = hints.nth(1).locator("summary")
    expect(second).to_have_attribute("aria-disabled", "true")
    second.click(force=True)
    expect(hints.nth(1)).not_to_have_attribute("open", "")
    with here.page.expect_response("**/hint/") as answered:
        hints.nth(0).locator("summary").click()
    assert answered.value.json()["steps"][0]["hints"] == 1
    with here.page.expect_response("**/hint/"):
        second.press("Enter")
    expect(hints.nth(1)).to_have_attribute("open", "")
    with here.page.expect_response("**/solution/") as answered:
        here.page.locator("details.solution summary").click()
    assert answered.value.json()["steps"][0]["solution"] is True
    here.page.reload()
    expect(hints.nth(2).locator("summary")).not_to_have_attribute("aria-disabled", "true")
    assert visitors.problems() == []


def test_a_reset_keeps_what_was_done_apart(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "bob")
    here.start()
    here.run(RUN)
    here.is_step(START, "done")
    before = product.sandbox("bob")["id"]
    here.bar.get_by_role("button", name="Reset lab").click()
    here.page.locator("dialog[open]").get_by_role("button", name="Keep it").click()
    here.is_step(START, "done")
    here.bar.get_by_role("button", name="Reset lab").click()
    here.confirm("confirm-reset")
    expect(here.is_step(START, "earlier")).to_contain_text("in an earlier sandbox")
    here.is_state("ready")
    here.ready()
    assert product.sandbox("bob")["id"] != before
    expect(here.dots.first).to_have_attribute("data-mark", "earlier")
    here.progress("1 of 3 steps")
    here.run(RUN)
    here.is_step(START, "done")
    assert visitors.problems() == []


def test_a_learner_is_caught_up(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "carol")
    here.start()
    here.command("echo mine > notes.txt; echo other > list.txt")
    before = product.sandbox("carol")["id"]
    here.button(TELL, "catch-up").click()
    expect(here.page.locator("dialog[open]")).to_contain_text("Catch up to “Hand in what is in it”?")
    here.confirm("confirm-catch-up")
    expect(here.bar.get_by_role("progressbar")).to_be_visible()
    expect(here.step(TELL)).to_contain_text("You are being caught up.")
    news = here.bar.locator("[data-lab-news]")
    expect(news).to_contain_text("You are caught up to “Hand in what is in it”.", timeout=3 * PATIENCE)
    expect(news).to_contain_text("Your own files are kept: notes.txt.")
    expect(news).to_contain_text("list.txt.yours")
    assert product.sandbox("carol")["id"] != before
    expect(here.is_step(START, "done")).to_contain_text("Done for you")
    here.is_step(FILL, "done")
    here.progress("2 of 3 steps")
    here.command("cat notes.txt list.txt list.txt.yours", "mine\na hammer\nother")
    here.run(ANSWER)
    here.is_step(TELL, "done")
    news.get_by_role("button", name="Close").click()
    here.page.reload()
    here.progress("3 of 3 steps")
    expect(news).to_be_hidden()
    assert visitors.problems() == []


def test_an_order_and_a_check_that_breaks(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "bob", ORDERED)
    here.start()
    expect(here.is_step("check-that-breaks", "locked")).to_contain_text("“Make a file” comes first")
    here.run("touch /root/one")
    here.is_step("make-a-file", "done")
    here.is_step("check-that-breaks", "broken")
    here.button("check-that-breaks", "check").click()
    here.said("Check that breaks: This could not be checked.")
    here.progress("1 of 2 steps")
    here.command("touch /root/three")
    here.is_step("check-that-breaks", "done")
    assert visitors.problems() == []


def test_without_the_server_and_signed_out(product: Product, visitors: Visitors) -> None:
    here = lab(product, visitors, "bob")
    here.start()
    here.page.context.set_offline(True)
    here.button(START, "check").click()
    expect(here.is_step(START, "broken")).to_contain_text("The server cannot be reached.")
    here.page.context.set_offline(False)
    here.live()
    here.connected()
    here.run(RUN)
    here.is_step(START, "done")
    here.page.context.clear_cookies(name="drydock_session")
    here.button(FILL, "check").click()
    expect(here.step(FILL)).to_contain_text("Sign in again")
    assert visitors.problems("WebSocket", "Failed to load resource") == []


def test_strangers_read_on(product: Product, visitors: Visitors) -> None:
    page = visitors.page()
    page.goto(LAB)
    expect(page.get_by_role("heading", name="Start the box")).to_be_visible()
    expect(page.locator("[data-lab-bar]")).to_have_count(0)
    expect(page.locator(".step-panel").first).to_be_hidden()
    expect(page.locator("details.hint summary").nth(1)).to_have_attribute("aria-disabled", "true")
    assert visitors.problems() == []


def test_nothing_for_axe_to_complain_about(product: Product, visitors: Visitors) -> None:
    here = LabPage(visitors.page("bob"), product.url, LAB).open()
    found = look_at(here.page, "lab-not-started")
    here.start()
    found += look_at(here.page, "lab-open")
    here.run(RUN)
    here.is_step(START, "done")
    # So that a small screen shows the text, which is what has changed.
    here.page.keyboard.press("F6")
    here.page.locator("details.hint summary").first.click()
    found += look_at(here.page, "lab-a-step-done")
    here.bar.get_by_role("button", name="Reset lab").click()
    found += look_at(here.page, "lab-question-before-reset")
    here.confirm("confirm-reset")
    here.is_step(START, "earlier")
    found += look_at(here.page, "lab-earlier")
    here.page.goto(f"{product.url}{ORDERED}")
    here.is_step("check-that-breaks", "locked")
    found += look_at(here.page, "lab-locked")
    assert found == []
    assert visitors.problems() == []
