"""axe finds nothing to complain about: every page, light and dark, on a desk and on a telephone."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from dev.layout import ROOT
from tests.e2e.conftest import DESK, PHONE, Visitors
from tests.e2e.learning import PAGE, Learning
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")]
_RUN = """
async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map((violation) =>
  `${violation.id}: ${violation.help}: ${violation.nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`).join("; ")}`)
"""
_STILL = """
async () => {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)));
}
"""


def violations(page: Page, where: str) -> list[str]:
    """What axe finds on the page in each look; each line says where."""
    found = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for size, scheme in LOOKS:
        with looking(page, size, scheme):
            found += [f"{where}, {size['width']} wide, {scheme}: {line}" for line in page.evaluate(_RUN)]
    return found


@contextmanager
def looking(page: Page, size: ViewportSize, scheme: str) -> Iterator[None]:
    """The page at a size, in a scheme, with what moves standing still."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size(size)
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    page.evaluate(_STILL)
    yield


def test_pages_for_everybody(visitors: Visitors) -> None:
    page = visitors.page()
    found = []
    for path in ("/", "/accounts/login/", "/modules/", "/modules/no-such-module/page/", PAGE):
        page.goto(path)
        found += violations(page, f"{path} signed out")
    assert found == []
    assert visitors.problems("404") == []


def test_pages_for_people(visitors: Visitors) -> None:
    page = visitors.page("alice")
    found = []
    for path in ("/", "/modules/", "/accounts/profile/", "/accounts/password/change/", "/accounts/logout/", "/no-such-page/"):
        page.goto(path)
        found += violations(page, f"{path} signed in")
    assert found == []
    assert visitors.problems("404") == []


def test_learning_page(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob")
    found = violations(here.page, "learning page, none")
    here.page.set_viewport_size(DESK)
    here.start()
    here.run("docker run hello-world", "output of a container")
    found += violations(here.page, "learning page, ready")
    found += both_halves(here)
    here.page.set_viewport_size(DESK)
    here.action("stop").click()
    found += violations(here.page, "learning page, question before stop")
    here.page.get_by_role("button", name="Keep it").click()
    product.ask("pass_deadline", person="bob")
    here.is_state("expired")
    found += violations(here.page, "learning page, expired")
    found += both_halves(here)
    assert found == []
    assert visitors.problems() == []


def both_halves(here: Learning) -> list[str]:
    """On a telephone the terminal's half is hidden behind the text's."""
    here.page.set_viewport_size(PHONE)
    here.page.get_by_role("tab", name="Terminal", exact=True).click()
    found = violations(here.page, f"learning page, terminal's half, {here.bench.get_attribute('data-state')}")
    here.page.set_viewport_size(PHONE)
    here.page.get_by_role("tab", name="Text", exact=True).click()
    return found
