"""What a page complains about, and what is kept of it when a test fails."""

from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page

EXPECTED_WHEN_AWAY = ("WebSocket connection to", "Failed to load resource: net::ERR")
"""What Chromium itself says of a server that does not answer; no page can prevent it."""

NOISE = ("GL Driver Message", "task queue exceeded allotted deadline", "net::ERR_NETWORK_CHANGED")
"""Of a machine, and no fault of a page: a graphics card that is emulated; xterm.js when the processor is busy elsewhere; and
requests that Chromium drops when the machine gets another network, as it does for each sandbox. A page has to ask again."""

_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`));
"""


class Watch:
    """Listens to every page of a browser context: console, uncaught errors, violations of the content security policy."""

    def __init__(self, context: BrowserContext) -> None:
        self.lines: list[str] = []
        self.problems: list[str] = []
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._problem(f"uncaught: {error.error}"))

    def _console(self, message: ConsoleMessage) -> None:
        line = f"{message.type}: {message.text} ({message.location.get('url', '')}:{message.location.get('lineNumber', '')})"
        self.lines.append(line)
        if message.type in {"error", "warning"} and not any(noise in message.text for noise in NOISE):
            self.problems.append(line)

    def _problem(self, line: str) -> None:
        self.lines.append(line)
        self.problems.append(line)

    def unexpected(self, *expected: str) -> list[str]:
        """The problems that have none of the expected texts in them."""
        return [line for line in self.problems if not any(text in line for text in expected)]

    def keep(self, pages: list[Page], folder: Path, name: str) -> None:
        """Write down what can still be seen, in files that begin with ``name``: console, terminals, pictures."""
        (folder / f"{name}-console.log").write_text("\n".join(self.lines) + "\n")
        for number, page in enumerate(pages, 1):
            try:
                page.screenshot(path=folder / f"{name}-page-{number}.png", timeout=5000)
                seen = page.evaluate(_SCREENS)
            except Error as error:  # a page that has crashed is no reason to lose the rest
                seen = str(error)
            (folder / f"{name}-page-{number}.log").write_text(f"{page.url}\n{seen}\n")


_SCREENS = """
() => {
  const bench = document.querySelector("#workbench");
  const lines = [`state: ${bench?.dataset.state}`, bench?.innerText ?? ""];
  for (const { dataset } of document.querySelectorAll("[data-terminal-id]")) {
    lines.push(`-- terminal ${dataset.terminalId}: ${dataset.connection}`, ...(window.drydock.screen(dataset.terminalId) ?? []));
  }
  return lines.join("\\n");
}
"""
