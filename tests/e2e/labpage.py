"""A lab page as a learner uses it: its steps, its bar, and what is asked of it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.learning import PATIENCE, Learning


class LabPage(Learning):
    """One browser page that shows a lab."""

    def __init__(self, page: Page, url: str, path: str) -> None:
        super().__init__(page, url)
        self.path = path
        self.bar = page.locator("[data-lab-bar]")
        self.finale = page.locator("[data-lab-finale]")
        self.dots = self.bar.locator("[data-lab-dots] a")

    def open(self) -> "LabPage":
        """Go there, and wait until the page knows how far the learner is."""
        self.page.goto(f"{self.url}{self.path}")
        self.live()
        expect(self.bar).to_be_visible()
        expect(self.dots.first).to_be_visible()
        return self

    def step(self, step: str) -> Locator:
        """The panel of a step."""
        return self.page.locator(f'.step-panel[data-step="{step}"]')

    def is_step(self, step: str, state: str) -> Locator:
        """The panel of a step, once it is in a state."""
        expect(self.step(step)).to_have_attribute("data-state", state, timeout=PATIENCE)
        return self.step(step)

    def button(self, step: str, action: str) -> Locator:
        """A button of a step's panel."""
        return self.step(step).locator(f'[data-action="{action}"]')

    def progress(self, words: str) -> None:
        """Wait until the bar begins with these words."""
        expect(self.bar.locator("[data-lab-line]")).to_have_text(re.compile(f"^{words}"), timeout=PATIENCE)

    def confirm(self, action: str) -> None:
        """Answer the question of a dialog with yes."""
        self.page.locator(f'dialog[open] [data-action="{action}"]').click()

    def said(self, words: str) -> None:
        """Wait until assistive technology was told."""
        expect(self.page.locator("[data-announce]")).to_contain_text(words, timeout=PATIENCE)
