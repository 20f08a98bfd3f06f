"""axe finds nothing to complain about: every page, light and dark, on a desk and on a telephone. Pictures of all are kept."""

from functools import partial

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import DESK, PHONE, Visitors
from tests.e2e.learning import PAGE, Learning
from tests.e2e.looks import LOOKS, look_at
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

QUIZ = "/modules/docker-101/quiz/"
EVERYBODY = {
    "home": "/",
    "sign-in": "/accounts/login/",
    "password-reset": "/accounts/password/reset/",
    "catalogue": "/modules/",
    "catalogue-found": "/modules/?q=docker+run",
    "catalogue-nothing": "/modules/?q=zebra",
    "module": "/modules/docker-101/",
    "learning-signed-out": PAGE,
    "quiz-signed-out": QUIZ,
    "not-found": "/modules/no-such-module/page/",
}
PEOPLE = {
    "home-signed-in": "/",
    "profile": "/accounts/profile/",
    "password-change": "/accounts/password/change/",
    "sign-out": "/accounts/logout/",
    "module-trainer": "/modules/docker-101/",
    "not-found-signed-in": "/no-such-page/",
}
ERRORS = ("400", "403", "429", "500")


def test_pages_for_everybody(visitors: Visitors) -> None:
    page = visitors.page()
    found = []
    for name, path in EVERYBODY.items():
        page.goto(path)
        found += look_at(page, name)
    assert found == []
    assert visitors.problems("404") == []


def test_pages_for_people(visitors: Visitors) -> None:
    page = visitors.page("alice")
    found = []
    for name, path in PEOPLE.items():
        page.goto(path)
        found += look_at(page, name)
    assert found == []
    assert visitors.problems("404") == []


def answer(status: str, body: str, route: Route) -> None:
    """Let the site answer with a page of its own that no request brings about."""
    route.fulfill(status=int(status), body=body, content_type="text/html")


def test_pages_of_errors(product: Product, visitors: Visitors) -> None:
    page = visitors.page()
    found = []
    for status in ERRORS:
        page.route(f"**/error-{status}/", partial(answer, status, product.ask("error_page", status=status)))
        page.goto(f"/error-{status}/")
        found += look_at(page, f"error-{status}")
    page.goto("/accounts/login/")
    page.context.clear_cookies()
    page.get_by_label("Email").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill("whatever")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="This form has expired")).to_be_visible()
    found += look_at(page, "error-form-expired")
    assert found == []
    assert visitors.problems("400", "403", "429", "500") == []


def test_pages_to_print(visitors: Visitors) -> None:
    page = visitors.page("alice")
    page.goto("/modules/docker-101/print/")
    # Paper is white.
    assert look_at(page, "module-print", looks=[(DESK, "light"), (PHONE, "light")]) == []
    assert len(page.pdf()) > 50_000
    assert visitors.problems() == []


def test_a_quiz(visitors: Visitors) -> None:
    page = visitors.page("bob")
    page.goto(QUIZ)
    found = look_at(page, "quiz")
    page.get_by_role("button", name="Check").first.click()
    page.locator("[data-question]").first.locator("[data-option] input").first.check()
    page.locator("[data-question]").first.get_by_role("button", name="Check").click()
    expect(page.locator("[data-verdict]").first).to_be_visible()
    found += look_at(page, "quiz-answered")
    assert found == []
    assert visitors.problems() == []


def test_slides(visitors: Visitors) -> None:
    page = visitors.page("alice")
    page.goto("/modules/docker-101/present/")
    expect(page.locator("[data-position]")).not_to_be_empty()
    found = look_at(page, "slides")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    found += look_at(page, "slides-third")
    page.goto("/modules/docker-101/present/?speaker")
    found += look_at(page, "speaker")
    assert found == []
    assert visitors.problems() == []


def test_learning_page(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob")
    found = look_at(here.page, "learning-none")
    here.start()
    here.run("docker run hello-world", "output of a container")
    found += look_at(here.page, "learning-ready")
    found += both_halves(here)
    here.action("stop").click()
    found += look_at(here.page, "learning-stop")
    here.page.get_by_role("button", name="Keep it").click()
    product.ask("pass_deadline", person="bob")
    here.is_state("expired")
    found += look_at(here.page, "learning-expired")
    found += both_halves(here)
    assert found == []
    assert visitors.problems() == []


def both_halves(here: Learning) -> list[str]:
    """On a telephone the terminal's half is hidden behind the text's."""
    here.page.set_viewport_size(PHONE)
    here.page.get_by_role("tab", name="Terminal", exact=True).click()
    phone = [look for look in LOOKS if look[0] == PHONE]
    found = look_at(here.page, f"terminal-half-{here.bench.get_attribute('data-state')}", looks=phone)
    here.page.set_viewport_size(PHONE)
    here.page.get_by_role("tab", name="Text", exact=True).click()
    here.page.set_viewport_size(DESK)
    return found


def test_the_terminal_has_a_hundred_columns_and_the_contents_stay_where_they_are_wanted(visitors: Visitors) -> None:
    here = visitors.learning("carol").start()
    contents, toggle = here.page.locator("#contents"), here.page.get_by_role("button", name="Contents", exact=True)
    expect(contents).to_be_hidden()
    assert int(here.value("tput cols")) >= 100
    toggle.click()
    expect(contents).to_be_visible()
    look_at(here.page, "learning-contents", looks=LOOKS[:2])
    here.page.reload()
    here.ready()
    expect(contents).to_be_visible()
    here.page.get_by_role("button", name="Close the contents").click()
    expect(contents).to_be_hidden()
    here.page.reload()
    expect(contents).to_be_hidden()
    assert visitors.problems() == []
