"""My learning and the take-home pack, as Bob sees and keeps them."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Visitors
from tests.e2e.learning import Learning
from tests.e2e.looks import AXE, PICTURES, look_at
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

MODULE = "/modules/monitoring/"


def make_pack(page: Page, to: Path, button: str = "Make the pack") -> Path:
    """Click, and unpack what is downloaded; the folder that was in it."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    expect(page.locator("[data-pack-status]")).to_contain_text(f"Done: {download.value.suggested_filename}")
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(to)
    (folder,) = to.iterdir()
    return folder


def looks(page: Page, name: str) -> list[str]:
    """What axe finds in the file that was kept, and what is wider than the screen; there is no theme of the site in it."""
    found: list[str] = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for size in (DESK, PHONE):
        for dark in (False, True):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="dark" if dark else "light")
            found += page.evaluate("async () => (await axe.run()).violations.map((each) => `${each.id}: ${each.nodes[0].html}`)")
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                found.append(f"wider than {size['width']}")
            page.screenshot(path=PICTURES / f"{name}-{size['width']}-{'dark' if dark else 'light'}.png")
    return found


def test_bob_does_two_pages_and_takes_them_home(visitors: Visitors, tmp_path: Path) -> None:
    page = visitors.page("bob")
    page.goto(MODULE)
    first, second, third = page.locator(".outline .outline-title").all_text_contents()[:3]
    page.locator(".outline a").first.click()
    for title in (first, second):
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        page.get_by_role("button", name="Done, and on to").click()
    expect(page.get_by_role("heading", level=1, name=third)).to_be_visible()
    here = Learning(page, "")
    here.live()
    here.start()
    here.command("echo kept >notes.txt; echo hello from bob", "hello from bob")
    page.get_by_role("link", name="My learning").click()
    card = page.locator(".learning-card", has=page.locator(f'a[href="{MODULE}"]'))
    expect(card).to_contain_text(re.compile(r"2 of \d+ pages done"))
    expect(card.get_by_role("link", name="Continue")).to_have_attribute("href", re.compile(MODULE))
    expect(page.locator(".learning-card").first).to_contain_text("Ready")
    expect(page.locator(".learning-part").first).to_contain_text("1 of 1 used")
    found = look_at(page, "learning")
    card.get_by_role("link", name="Take home").click()
    found += look_at(page, "pack")
    folder = make_pack(page, tmp_path)
    mine = folder / "my-work" / "monitoring" / "node1"
    assert (mine / "files" / "notes.txt").read_text() == "kept\n"
    assert "hello from bob" in (mine / "terminals" / "Terminal 1.txt").read_text()
    assert (mine / "commands.txt").read_text().startswith("echo kept")
    page.goto((folder / "pages.html").as_uri())
    expect(page.get_by_role("heading", level=1).first).to_have_text("Monitoring")
    page.get_by_role("navigation", name="Contents").get_by_role("link", name=third, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=third)).to_be_in_viewport()
    assert page.evaluate("[...document.images].every((each) => each.complete && each.naturalWidth > 0)")
    assert page.evaluate("performance.getEntriesByType('resource').filter((each) => !each.name.startsWith('data:')).length") == 0
    page.evaluate("scrollTo(0, 0)")
    assert found + looks(page, "pack-pages") == []
    assert visitors.problems() == []


def test_bob_stops_a_sandbox_there(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob").start()
    page = here.page
    page.goto("/learning/")
    page.locator("summary", has_text="Stop the sandbox").click()
    expect(page.locator(".stop-panel")).to_contain_text("Everything in it is removed")
    page.get_by_role("button", name="Stop it now").click()
    expect(page.get_by_role("status").first).to_contain_text("is being removed")
    expect(page.locator(".learning-part").first).to_contain_text("You have none at the moment.")
    product.wait_for("bob", "stopped")
    assert visitors.problems() == []


def test_carol_follows_an_agenda(visitors: Visitors, tmp_path: Path) -> None:
    alice, carol = visitors.page("alice"), visitors.page("carol")
    carol.goto("/learning/")
    found = look_at(carol, "learning-empty")
    alice.goto("/agendas/new/?preset=half-day")
    alice.get_by_role("button", name="Use this").click()
    alice.locator("#share-menu summary").click()
    alice.get_by_role("button", name="Share it by link").click()
    alice.locator("#share-menu summary").click()
    carol.goto(alice.locator("#share-link").input_value())
    title = carol.get_by_role("heading", level=1).text_content() or ""
    carol.get_by_role("button", name="Follow").click()
    carol.wait_for_url("**/learning/")
    card = carol.locator(".learning-card", has_text=title)
    # Other stories of the same site may have gone before: Carol may have done a page already.
    expect(card).to_contain_text(re.compile("Begin with|Continue with"))
    found += look_at(carol, "learning-agenda")
    card.get_by_role("link", name="Take home").click()
    found += look_at(carol, "pack-without")
    folder = make_pack(carol, tmp_path)
    assert "There is nothing of your own work in here" in (folder / "README.txt").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["README.txt", "compose.yaml", "images.txt", "pages.html"]
    alice.get_by_role("button", name="Make a new link").click()
    carol.goto("/learning/")
    expect(card).to_contain_text("no longer shared")
    found += look_at(carol, "learning-lost")
    card.get_by_role("button", name="Remove").click()
    expect(carol.locator(".learning-part").nth(1)).to_contain_text("You follow no agenda yet")
    assert found == []
    assert visitors.problems() == []


def test_trouble_is_told_in_place(product: Product, visitors: Visitors, tmp_path: Path) -> None:
    here = visitors.learning("bob").start()
    page = here.page
    page.goto("/learning/pack/?module=docker-101")
    product.engine.containers.get(product.sandbox("bob")["container"]).kill()
    page.get_by_role("button", name="Make the pack").click()
    expect(page.locator("[data-pack-problem]")).to_contain_text("Your sandbox is not running at the moment.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Make the pack").click()
    expect(page.locator("[data-pack-problem]")).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    folder = make_pack(page, tmp_path, "Make it without my work")
    assert (folder / "pages.html").exists()
    assert visitors.problems("409", "503", "ERR_INTERNET_DISCONNECTED", "WebSocket connection to") == []
