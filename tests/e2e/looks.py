"""What a page looks like at both sizes, light and dark: what axe says of it, and a picture to look at."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Page, ViewportSize, expect

from dev.layout import ROOT
from tests.e2e.conftest import DESK, PHONE

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")]
PICTURES = ROOT / "var" / "test" / "screenshots"
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


def look_at(page: Page, name: str, *, looks: Sequence[tuple[ViewportSize, str]] = LOOKS) -> list[str]:
    """What axe finds on the page in each look, and where it is wider than the screen; each line says where.

    A picture of each look is kept, so that somebody can look at what no program judges.
    """
    found = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for size, scheme in looks:
        where = f"{name}-{size['width']}-{scheme}"
        with looking(page, size, scheme):
            found += [f"{where}: {line}" for line in page.evaluate(_RUN)]
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                found.append(f"{where}: wider than the screen")
            # What sticks to the top of the window would stand in the middle of the picture.
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=PICTURES / f"{where}.png", full_page=True)
    page.set_viewport_size(DESK)
    return found


@contextmanager
def looking(page: Page, size: ViewportSize, scheme: str) -> Iterator[None]:
    """The page at a size, in a scheme, with what moves standing still."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size(size)
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    page.evaluate(_STILL)
    yield
