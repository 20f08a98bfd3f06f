"""The learning page as a learner uses it: start, read the screen, type, click a command."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.product import WAIT, eventually

PAGE = "/modules/docker-101/first-container/"
PROMPT = re.compile(r"\[node1\] \S+ [#$]$")
PATIENCE = WAIT * 1000
"""Milliseconds; for what an engine has to do on a loaded machine."""


class Learning:
    """One browser page that shows the module page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.bench = page.locator("#workbench")
        self.panel = page.locator("[data-panel]")
        self.pane = page.locator("[data-terminal-id]:not([hidden])")
        self.overlay = self.pane.locator(".terminal-overlay")
        self.tabs = page.locator("[data-tab]")

    def open(self) -> "Learning":
        """Go there, and wait until the page hears of its sandbox live."""
        self.page.goto(f"{self.url}{PAGE}")
        self.live()
        return self

    def live(self) -> None:
        """Wait until news come over the state socket."""
        expect(self.bench).to_have_attribute("data-connection", "live", timeout=PATIENCE)

    def action(self, name: str) -> Locator:
        """The visible buttons of the workbench for an action."""
        return self.bench.locator(f'[data-action="{name}"]:visible')

    # --- the sandbox ------------------------------------------------------------------------------

    def start(self) -> "Learning":
        """Click Start and wait for the shell."""
        self.action("start").click()
        return self.ready()

    def ready(self) -> "Learning":
        """Wait for the sandbox, the terminal's line, and the prompt."""
        self.is_state("ready")
        self.connected()
        self.prompt()
        return self

    def is_state(self, state: str) -> None:
        """Wait until the page shows the state."""
        expect(self.bench).to_have_attribute("data-state", state, timeout=PATIENCE)

    def connected(self) -> None:
        """Wait until the visible terminal is connected."""
        expect(self.pane).to_have_attribute("data-connection", "open", timeout=PATIENCE)

    # --- the terminal -----------------------------------------------------------------------------

    @property
    def terminal(self) -> str:
        """The id of the visible terminal."""
        return self.pane.get_attribute("data-terminal-id") or ""

    def screen(self) -> list[str]:
        """The lines of the visible terminal."""
        lines = self.page.evaluate("(id) => window.drydock.screen(id)", self.terminal)
        return [str(line).rstrip() for line in lines or []]

    def text(self) -> str:
        """The same without empty lines at the end, as one text."""
        return "\n".join(self.screen()).rstrip()

    def until(self, look: Callable[[str], object], what: str, seconds: float = WAIT) -> str:
        """The screen's text once ``look`` is content with it."""
        limit = f"{what}; the screen is\n"
        try:
            eventually(lambda: look(self.text()), what, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{limit}{self.text()}") from None
        return self.text()

    def shows(self, text: str, seconds: float = WAIT) -> str:
        """The screen's text once it holds ``text``."""
        return self.until(lambda seen: text in seen, f"the terminal shows {text!r}", seconds)

    def prompt(self, seconds: float = WAIT) -> str:
        """The screen's text once the shell waits for a command."""
        return self.until(PROMPT.search, "the shell's prompt", seconds)

    def focus(self) -> None:
        """Click into the terminal."""
        self.pane.locator(".xterm-screen").click()

    def type(self, text: str) -> None:
        """Press the keys of a text; a newline is Enter."""
        self.page.keyboard.type(text)

    def command(self, line: str, shows: str = "") -> str:
        """Type a command. Returns the screen's text once it shows ``shows`` and the prompt is back."""
        self.focus()
        before = self.text()
        self.type(f"{line}\n")
        self.until(lambda seen: seen != before, f"the echo of {line!r}")
        if shows:
            self.shows(shows)
        return self.prompt()

    def value(self, line: str) -> str:
        """What a command prints, when that is one line without blanks. The marks tell it from its echo."""
        seen = self.command(f'echo "<$({line})"">"', "")
        seen = self.until(lambda text: re.search(r"^<\S*>$", text, re.MULTILINE), f"an answer of {line!r}")
        return str(re.findall(r"^<(\S*)>$", seen, re.MULTILINE)[-1])

    # --- the text ---------------------------------------------------------------------------------

    def block(self, commands: str) -> Locator:
        """The run block of the page that types exactly these commands."""
        sources = self.page.evaluate(
            "() => [...document.querySelectorAll('[data-run] .run-source')].map((each) => each.content.textContent.trim())"
        )
        return self.page.locator("[data-run]").nth(sources.index(commands))

    def run(self, commands: str, shows: str = "") -> str:
        """Click a run block. Returns the screen's text once it shows ``shows``."""
        self.block(commands).locator('[data-action="run"]').click()
        return self.shows(shows) if shows else self.text()
