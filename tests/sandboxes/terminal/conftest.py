"""One site with one sandbox of Bob's for all terminal tests; each test opens terminals of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from sandboxes import streams
from sandboxes.profiles import get_profile
from sandboxes.streams import EngineEndpoint
from tests.sandboxes.terminal.browser import Tab, open_tab
from tests.sandboxes.terminal.site import Site

PROFILE = "confined"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Redis and the ASGI server, on a database of their own."""
    site = Site(tmp_path_factory.mktemp("terminal-site"))
    site.environment["DRYDOCK_PROFILE"] = PROFILE
    try:
        site.start_redis()
        site.make("sign_in", name="bob")
        site.start_server()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="session")
def bob_session(site: Site) -> str:
    """The cookie of Bob's browser."""
    return str(site.make("sign_in", name="bob")["session"])


@pytest.fixture(scope="session")
def sandbox(site: Site, bob_session: str) -> Iterator[dict[str, str]]:
    """Bob's sandbox, ready: id, container."""
    made = site.make("sandbox", name="bob")
    assert made["state"] == "ready", made
    yield made
    assert site.make("destroy", sandbox=made["id"])["state"] == "stopped"


@pytest.fixture
def terminal(site: Site, sandbox: dict[str, str]) -> Iterator[dict[str, str]]:
    """A terminal in Bob's sandbox that nobody else uses: id, session."""
    made = site.make("terminal", sandbox=sandbox["id"])
    yield made
    site.make("close", terminal=made["id"])


OpenTab = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def tab(site: Site, terminal: dict[str, str], bob_session: str) -> AsyncIterator[OpenTab]:
    """Opens tabs of Bob's at the terminal, and closes them at the end."""
    tabs: list[Tab] = []

    async def open_one(**options: Any) -> Tab:
        options = {"terminal": terminal["id"], "session": bob_session, **options}
        tabs.append(await open_tab(site.port, **options))
        return tabs[-1]

    yield open_one
    for one in tabs:
        await one.leave()


class Inside:
    """What runs in the sandbox, seen from the engine."""

    def __init__(self, container: str) -> None:
        self.container = container

    async def output(self, *argv: str) -> str:
        """What a command prints, run as the learner's root."""
        status, output = await streams.run(EngineEndpoint.from_url(), self.container, get_profile(PROFILE).enter(argv))
        assert status == 0, output
        return output.decode()

    async def clients(self, session: str) -> int:
        """How many tmux clients look at a session."""
        lines = (await self.output("/usr/lib/drydock/terminal", "list")).splitlines()
        return next((int(line.split()[1]) for line in lines if line.split()[0] == session), -1)

    async def attached_execs(self) -> int:
        """How many ``terminal attach`` the engine still runs."""
        _, found = await streams._call(EngineEndpoint.from_url(), "GET", f"containers/{self.container}/json")
        running = 0
        for exec_id in found["ExecIDs"] or []:
            _, one = await streams._call(EngineEndpoint.from_url(), "GET", f"exec/{exec_id}/json", accept=(404,))
            running += bool(one.get("Running")) and "attach" in one["ProcessConfig"]["arguments"]
        return running


@pytest.fixture
async def inside(sandbox: dict[str, str]) -> AsyncIterator[Inside]:
    """A look into Bob's sandbox."""
    yield Inside(sandbox["container"])
    await streams.close_sessions()


async def eventually(check: Callable[[], Awaitable[bool]], within: float = 10) -> None:
    """Wait until something holds that is checked again and again."""
    async with asyncio.timeout(within):
        while not await check():  # noqa: ASYNC110 -- the engine and tmux have no event to wait for
            await asyncio.sleep(0.1)
