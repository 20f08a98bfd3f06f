"""The workshop's first lab, as its page prints it: every block is clicked, and every step turns green by itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitors
from tests.e2e.labpage import LabPage
from tests.e2e.learning import PAGE, PATIENCE
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

# Of the host, or inside a container; a command that goes on until it is interrupted has none.
_PROMPT = re.compile(r"[#$]$")


def test_every_block_clicked_turns_every_step_green(product: Product, visitors: Visitors) -> None:
    here = LabPage(visitors.page("carol"), product.url, PAGE).open()
    here.start()
    blocks = here.page.locator("[data-run]:not(details *)")
    for number in range(blocks.count()):
        block = blocks.nth(number)
        block.locator('[data-action="run"]').click()
        expect(block.locator(".ran-mark")).to_be_visible(timeout=PATIENCE)
        if "ping localhost" in block.inner_text():
            here.shows("64 bytes from")
        else:
            here.until(_PROMPT.search, f"a prompt after block {number + 1}")
    expect(here.finale).to_be_visible(timeout=PATIENCE)
    states = here.page.locator(".step-panel").evaluate_all("(all) => all.map((each) => each.dataset.state)")
    assert set(states) == {"done"}
    assert visitors.problems() == []
