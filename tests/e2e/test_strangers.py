"""Who may not: another learner, a visitor without a name, a foreign page, and everybody once it is over."""

import json
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.e2e.conftest import Visitors, sign_in
from tests.e2e.learning import Learning
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

PROTOCOL = Subprotocol("drydock.terminal.v1")


def cookies(context: BrowserContext) -> str:
    """The context's cookies as a header."""
    return "; ".join(f"{each.get('name')}={each.get('value')}" for each in context.cookies())


def knock(product: Product, path: str, cookie: str, origin: str | None = None) -> tuple[int, list[dict[str, Any]]]:
    """Open a WebSocket as a program that has the visitor's cookies would.

    Returns the close code and the JSON frames before it; 0 as the code where the socket let us in.
    """
    address = product.url.replace("http://", "ws://") + path
    headers = {"Cookie": cookie} if cookie else {}
    protocols = [PROTOCOL] if "terminals" in path else None
    with connect(address, origin=Origin(origin or product.url), subprotocols=protocols, additional_headers=headers) as socket:
        said: list[dict[str, Any]] = []
        with suppress(ConnectionClosed):
            while not said or said[-1]["type"] not in {"ready", "state"}:
                frame = socket.recv(timeout=30)
                assert isinstance(frame, str), f"bytes of a shell came: {frame!r}"
                said.append(json.loads(frame))
        return socket.close_code or 0, said


def test_only_the_owner_gets_in(product: Product, visitors: Visitors) -> None:
    bob = visitors.learning("bob").start()
    bob.command("echo secret-of-bob", "secret-of-bob")
    sandbox, terminal = product.sandbox("bob")["id"], f"/ws/terminals/{bob.terminal}/?viewer=0123456789abcdef&cols=80&rows=24"
    state = "/ws/sandbox/docker-101/"
    bobs, carols, strangers = bob.page.context, visitors.context("carol"), visitors.context()
    daves, alices = visitors.context("dave"), visitors.context("alice")

    assert knock(product, terminal, cookies(bobs))[0] == 0
    for who in (carols, daves, alices):
        code, said = knock(product, terminal, cookies(who))
        assert code == 4404
        assert said == [{"type": "refused", "code": 4404, "sentence": "There is no such terminal, or it is not yours.", "retry": False}]
    code, said = knock(product, terminal, "")
    assert (code, said[0]["sentence"]) == (4401, "Sign in to use this terminal.")
    for foreign in ("http://evil.example", "null", product.url.replace("127.0.0.1", "localhost"), "http://127.0.0.1:1"):
        assert knock(product, terminal, cookies(bobs), foreign)[0] == 4403, foreign
        assert knock(product, state, cookies(bobs), foreign)[0] == 4403, foreign
    assert knock(product, state, "")[0] == 4401

    code, said = knock(product, state, cookies(carols))
    assert (code, said[0]["sandbox"]) == (0, None), "Carol is told of a sandbox that is not hers"
    assert knock(product, state, cookies(bobs))[1][0]["sandbox"]["id"] == sandbox
    api(product, bobs, carols, strangers, sandbox, bob.terminal)
    page_of_carol(visitors, sandbox, bob.terminal)

    # All that was tried has left Bob where he was; and what is over is over for Bob, too.
    bob.command("echo and-still-mine", "and-still-mine")
    product.ask("pass_deadline", person="bob")
    bob.is_state("expired")
    code, said = knock(product, terminal, cookies(bobs))
    assert code == 4410
    assert said[0]["sentence"] == "The time of this sandbox is over. Start a new one to go on."
    assert knock(product, terminal, cookies(carols))[0] == 4404
    assert visitors.problems("404", "401", "403") == []


def api(product: Product, bobs: BrowserContext, carols: BrowserContext, strangers: BrowserContext, sandbox: str, terminal: str) -> None:
    """What a stranger asks for does not exist; what somebody without a name asks for needs one."""
    commands = (f"/sandboxes/{sandbox}/stop/", f"/sandboxes/{sandbox}/terminals/", f"/terminals/{terminal}/rename/")
    for context, status in ((carols, 404), (strangers, 401)):
        page = context.new_page()
        page.goto("/modules/docker-101/first-container/")
        token = page.locator("main").get_attribute("data-csrf") or ""
        assert context.request.get(f"/sandboxes/{sandbox}/").status == status
        for path in (*commands, f"/terminals/{terminal}/close/"):
            answer = context.request.post(path, data={"title": "mine now"}, headers={"X-CSRFToken": token, "Referer": product.url})
            assert answer.status == status, path
            error = answer.json()["error"]
            assert error["message"].endswith((".", "kept."))
            assert "bob" not in answer.text().lower()
    for path in commands:
        assert bobs.request.post(path, data={"title": "forged"}).status == 403, f"{path} is done without a token"
    answer = bobs.request.get(f"/sandboxes/{sandbox}/")
    assert answer.status == 200
    assert answer.json()["sandbox"]["terminals"] == [{"id": terminal, "title": "Terminal 1", "instance": "node1"}]


def page_of_carol(visitors: Visitors, sandbox: str, terminal: str) -> None:
    """The same address shows Carol her own state, and nothing of Bob's is in it."""
    carol = visitors.learning("carol")
    carol.is_state("none")
    html = carol.page.content()
    assert sandbox not in html
    assert terminal not in html
    stranger = visitors.page()
    stranger.goto("/modules/docker-101/first-container/")
    expect(stranger.locator("#workbench")).to_have_attribute("data-state", "signed-out")
    expect(stranger.get_by_role("link", name="Sign in").last).to_be_visible()


def test_signing_out_ends_the_terminal_of_that_browser(product: Product, visitors: Visitors) -> None:
    page = visitors.page()
    sign_in(page, "bob")  # a session of its own: the tests share the others
    here = Learning(page, product.url).open().start()
    terminal = f"/ws/terminals/{here.terminal}/?viewer=0123456789abcdef&cols=80&rows=24"
    kept = cookies(page.context)
    elsewhere = page.context.new_page()
    elsewhere.goto("/accounts/logout/")
    elsewhere.get_by_role("main").get_by_role("button", name="Sign out").click()
    elsewhere.wait_for_url("**/")
    here.is_state("signed-out")
    expect(here.page.locator("[data-terminals]")).to_be_hidden()
    expect(here.panel.get_by_role("link", name="Sign in")).to_be_visible()
    # Whoever has copied the cookies of that browser has nothing in hand either.
    assert knock(product, terminal, kept)[0] == 4401
    assert product.sandbox("bob")["state"] == "ready", "the work itself is kept"
