"""A running product, a browser, and the cast signed in to it."""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect, sync_playwright

from dev.layout import ROOT
from tests.e2e.learning import Learning
from tests.e2e.product import WAIT, Product, eventually, nothing
from tests.e2e.watch import Watch

PASSWORD = "correct horse battery staple"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
LOGS = ROOT / "var" / "log" / "e2e"

# The default of five seconds is for an idle machine.
expect.set_options(timeout=WAIT * 1000)

_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember for the fixtures whether the test failed."""
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """In place of the one for tests inside the process: the product here has settings of its own."""


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """The running site with the cast in it; afterwards nothing of it is left anywhere."""
    yield from running()


def running(content: Path | None = None) -> Iterator[Product]:
    """For a fixture of a site, with pages of the tests' own where a folder is named."""
    shutil.rmtree(LOGS, ignore_errors=True)
    # A run that is cut short by SIGTERM, as time limits do, clears up like one that is cut short by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Not pytest's own folder: the path goes into process environments and must stay short and whole.
    folder = Path(tempfile.mkdtemp(prefix="drydock-e2e-"))
    made = Product(folder, content)
    (folder / "log").mkdir()
    try:
        made.start()
        made.ask("people", password=PASSWORD)
        yield made
        made.ask("end_all")
        eventually(lambda: made.ask("busy") == 0, "every sandbox has ended", 90)
        assert made.traces() == nothing()
        made.stop()
        assert made.processes() == []
    finally:
        keep_logs(made)
        made.stop()
        made.close()
        shutil.rmtree(folder, ignore_errors=True)


def keep_logs(product: Product) -> None:
    """Copy the logs of the product's processes to where continuous integration looks for them."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for log in [product.var / "supervisor.log", *(product.var / "log").glob("*.log")]:
        if log.exists():
            shutil.copy(log, LOGS / log.name)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests. Its event loop must not outlive them: other tests bring their own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visitors:
    """Opens browsers for people. Each has cookies and storage of its own; all are watched."""

    def __init__(self, product: Product, browser: Browser) -> None:
        self._product = product
        self._browser = browser
        self.opened: list[tuple[BrowserContext, Watch]] = []

    def context(
        self, person: str = "", *, viewport: ViewportSize = DESK, state: StorageState | None = None, dark: bool = False
    ) -> BrowserContext:
        """A new browser profile; with a person it has signed in already."""
        if person:
            state = signed_in(self._product, self._browser, person)
        context = self._browser.new_context(
            viewport=viewport,
            has_touch=viewport == PHONE,
            is_mobile=viewport == PHONE,
            storage_state=state,
            base_url=self._product.url,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(30_000)
        self.opened.append((context, Watch(context)))
        return context

    def page(self, person: str = "", *, viewport: ViewportSize = DESK, dark: bool = False) -> Page:
        """A page in a new profile."""
        return self.context(person, viewport=viewport, dark=dark).new_page()

    def learning(self, person: str, *, viewport: ViewportSize = DESK) -> Learning:
        """The learning page of a person, open."""
        return Learning(self.page(person, viewport=viewport), self._product.url).open()

    def problems(self, *expected: str) -> list[str]:
        """What any page has complained about, without what has one of the expected texts in it."""
        return [line for _, watch in self.opened for line in watch.unexpected(*expected)]


_states: dict[tuple[str, str], StorageState] = {}


def sign_in(page: Page, person: str) -> None:
    """Through the form, from wherever the page is."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{person}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def signed_in(product: Product, browser: Browser, person: str) -> StorageState:
    """The cookies of a person who has signed in once."""
    key = (product.url, person)
    if key not in _states:
        context = browser.new_context(viewport=DESK, base_url=product.url)
        sign_in(context.new_page(), person)
        _states[key] = context.storage_state()
        context.close()
    return _states[key]


@pytest.fixture
def visitors(product: Product, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visitors]:
    """Browsers for the test, which begins and ends with no sandbox anywhere."""
    guests = Visitors(product, browser)
    yield guests
    node: pytest.Item = request.node
    if node.stash.get(_failed, False):
        keep_logs(product)
        for number, (context, watch) in enumerate(guests.opened, 1):
            watch.keep(context.pages, LOGS, f"{node.name}-{number}")
    for context, _ in guests.opened:
        context.close()
    product.ask("end_all")
    eventually(lambda: product.ask("busy") == 0, "the sandboxes of this test have ended", 90)
    product.ask("forget")
