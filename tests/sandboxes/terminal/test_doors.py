"""Who gets in, who is turned away and how, and what ends a connection or only interrupts it."""

import asyncio
import signal
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.testing import ApplicationCommunicator

from sandboxes import streams
from sandboxes.access import TerminalTarget
from sandboxes.terminal.endpoint import TerminalEndpoint
from tests.sandboxes.terminal.browser import PROMPT, open_tab
from tests.sandboxes.terminal.conftest import Inside, OpenTab
from tests.sandboxes.terminal.site import Site

pytestmark = pytest.mark.docker


@pytest.fixture(scope="session")
def carol_session(site: Site) -> str:
    """The cookie of a learner who owns nothing here."""
    return str(site.make("sign_in", name="carol")["session"])


async def test_an_anonymous_visitor(tab: OpenTab) -> None:
    assert await (await tab(session=None)).refused() == (4401, False)


async def test_a_stranger_learns_no_more_than_that_it_is_not_hers(tab: OpenTab, carol_session: str) -> None:
    hers = await tab(session=carol_session)
    assert await hers.refused() == (4404, False)
    nobodys = await tab(session=carol_session, terminal=str(uuid4()))
    assert await nobodys.refused() == (4404, False)
    assert hers.texts == nobodys.texts


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
async def test_a_foreign_page(tab: OpenTab, origin: str) -> None:
    assert await (await tab(origin=origin)).refused() == (4403, False)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "viewer=short&cols=80&rows=24",
        "viewer=../../../etc&cols=80&rows=24",
        "viewer=abcdefgh&cols=0&rows=24",
        "viewer=abcdefgh&cols=80&rows=x",
    ],
)
async def test_a_malformed_address(tab: OpenTab, query: str) -> None:
    assert await (await tab(query=query)).refused() == (4400, False)


async def test_another_protocol(tab: OpenTab) -> None:
    assert await (await tab(subprotocol="something.else")).refused() == (4400, False)


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        "{}",
        '{"type":"shout"}',
        '{"type":"ack"}',
        '{"type":"ack","offset":true}',
        '{"type":"ack","offset":999999999}',
        '{"type":"resize","cols":0,"rows":24}',
        '{"type":"resize","cols":"80","rows":24}',
        '{"type":"search","text":"","direction":"up"}',
        '{"type":"search","text":"x","direction":"left"}',
        '{"type":"ping","padding":"' + "x" * 5000 + '"}',
    ],
)
async def test_a_malformed_frame(tab: OpenTab, frame: str) -> None:
    bob = await tab()
    await bob.socket.send(frame)
    assert await bob.refused() == (4400, False)


async def test_a_ping_is_answered(tab: OpenTab) -> None:
    bob = await tab()
    await bob.control(type="ping")
    assert await bob.told("pong") == {"type": "pong"}


async def test_signing_out_ends_the_terminal(site: Site, tab: OpenTab) -> None:
    session = site.make("sign_in", name="bob")["session"]
    bob, elsewhere = await tab(session=session), await tab()
    await bob.see(PROMPT)
    site.make("sign_out", session=session)
    assert await bob.refused() == (4401, False)
    await elsewhere.run("echo st$((1))ill", b"st1ill")


async def test_closing_the_terminal(site: Site, tab: OpenTab, sandbox: dict[str, str], bob_session: str) -> None:
    made = site.make("terminal", sandbox=sandbox["id"])
    bob = await tab(terminal=made["id"])
    await bob.see(PROMPT)
    site.make("close", terminal=made["id"])
    assert await bob.refused() == (4409, False)
    assert await (await tab(terminal=made["id"])).refused() == (4409, False)


async def test_exit_gives_a_new_shell_in_the_same_tab(tab: OpenTab) -> None:
    bob = await tab()
    await bob.run("x=old; echo $((1))x", b"1x")
    bob.forget()
    await bob.type(b"exit\r")
    assert (await bob.told("notice"))["sentence"] == "The shell ended. This is a new one."
    await bob.run("echo is.$x.$((1))gone", b"is..1gone")


async def test_a_shell_that_always_ends_is_started_more_and_more_slowly(tab: OpenTab, inside: Inside) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    await inside.output("sh", "-c", "echo exit > ~/.bash_profile")
    try:
        await bob.type(b"exit\r")
        await asyncio.sleep(6)
        assert 2 <= len([text for text in bob.texts if text["type"] == "notice"]) <= 6
        await bob.leave()
    finally:
        await inside.output("rm", "/root/.bash_profile")


async def test_a_tmux_that_was_killed_comes_back(tab: OpenTab, inside: Inside) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    await inside.output("sh", "-c", "pkill -KILL tmux")
    await bob.told("notice")
    await bob.run("echo a$((1))live", b"a1live")


async def test_the_same_tab_twice_has_the_newer_connection(tab: OpenTab) -> None:
    first = await tab()
    await first.run("echo fi$((1))rst", b"fi1rst")
    second = await tab(viewer=first.viewer)
    assert await first.refused() == (4408, False)
    await second.see(b"fi1rst")
    await second.run("echo se$((1))cond", b"se1cond")


async def test_an_outage_of_redis_is_not_noticed(site: Site, tab: OpenTab) -> None:
    session = site.make("sign_in", name="bob")["session"]
    bob = await tab(session=session)
    await bob.see(PROMPT)
    assert site.redis is not None
    site.redis.kill()
    site.redis.wait()
    await bob.run("echo wi$((1))thout", b"wi1thout")
    late = await tab()
    await late.run("echo la$((1))te", b"la1te")
    site.start_redis()
    await asyncio.sleep(5)
    site.make("sign_out", session=session)
    assert await bob.refused() == (4401, False)


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 1012), (signal.SIGKILL, 1006)])
async def test_a_restart_of_the_server_comes_back_to_the_same_shell(site: Site, tab: OpenTab, how: signal.Signals, code: int) -> None:
    bob = await tab()
    await bob.run("x=kept; echo be$((1))fore", b"be1fore")
    assert site.server is not None
    site.server.send_signal(how)
    assert await bob.closed() == code
    await asyncio.to_thread(site.server.wait, 5)
    site.start_server()
    again = await tab(viewer=bob.viewer)
    await again.see(b"be1fore")
    await again.run("echo still.$x", b"still.kept")


@pytest.fixture
def carols(site: Site, carol_session: str) -> Iterator[dict[str, str]]:
    """A sandbox of Carol's, which the test may end."""
    sandbox = site.make("sandbox", name="carol")
    assert sandbox["state"] == "ready", sandbox
    yield sandbox
    assert site.make("destroy", sandbox=sandbox["id"])["state"] == "stopped"


async def test_the_sandbox_ends(site: Site, carols: dict[str, str], carol_session: str) -> None:
    terminal = site.make("terminal", sandbox=carols["id"])["id"]
    carol = await open_tab(site.port, terminal, carol_session)
    await carol.see(PROMPT)
    site.make("stop", sandbox=carols["id"])
    assert await carol.refused() == (4410, False)
    late = await open_tab(site.port, terminal, carol_session)
    assert await late.refused() == (4410, False)


@pytest.mark.parametrize(
    ("engine", "container", "code"),
    [("unix:///nowhere.sock", "any", 4503), ("tcp://127.0.0.1:1", "any", 4503), ("", "drydock-no-such-container", 4425)],
)
async def test_an_engine_or_a_container_that_is_not_there(engine: str, container: str, code: int) -> None:
    async def open_terminal(user: object, terminal_id: UUID, session_key: str | None) -> TerminalTarget:
        return TerminalTarget(terminal_id, terminal_id, container, engine, "t-1", "confined", "sandboxes.sandbox.none")

    scope: dict[str, Any] = {"type": "websocket", "headers": [], "subprotocols": ["drydock.terminal.v1"]}
    scope |= {"query_string": b"viewer=abcdefgh&cols=80&rows=24", "url_route": {"kwargs": {"terminal_id": uuid4()}}}
    socket = ApplicationCommunicator(TerminalEndpoint(open_terminal), scope)
    await socket.send_input({"type": "websocket.connect"})
    sent = [await socket.receive_output(10) for _ in range(3)]
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert sent[2]["code"] == code
    assert '"retry":true' in sent[1]["text"]
    await socket.wait(10)
    await streams.close_sessions()
