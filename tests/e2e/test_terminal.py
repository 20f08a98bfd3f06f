"""What a person does with terminals, beside typing."""

import base64
import hashlib
import random
import re

import pytest
from playwright.sync_api import CDPSession, Page, WebSocket, expect

from tests.e2e.conftest import Visitors
from tests.e2e.learning import Learning
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

MEGABYTE = 1024 * 1024


def test_tabs_and_looks(visitors: Visitors) -> None:
    here = visitors.learning("bob")
    offer_to_start(here)
    several_terminals(here)
    divider(here)
    looks_are_kept(here)
    assert visitors.problems() == []


def offer_to_start(here: Learning) -> None:
    """A click on a command without a sandbox: a question first, then both."""
    block = here.block("docker run hello-world")
    block.locator('[data-action="run"]').click()
    dialog = here.page.get_by_role("dialog", name="Start a sandbox first?")
    expect(dialog).to_contain_text("docker run hello-world")
    dialog.get_by_role("button", name="Not now").click()
    expect(dialog).to_be_hidden()
    here.is_state("none")
    expect(block.locator(".ran-mark")).to_be_hidden()
    block.locator('[data-action="run"]').click()
    dialog.get_by_role("button", name="Start sandbox and run").click()
    seen = here.shows("output of a container")
    assert seen.count("docker run hello-world\n") == 1
    here.prompt()
    expect(block.locator(".ran-mark")).to_be_visible()


def several_terminals(here: Learning) -> None:
    """Each has a shell of its own; they are renamed and closed, for every page that shows them."""
    here.command("mine=first; cd /tmp")
    here.action("new-terminal").click()
    expect(here.tabs).to_have_text(["Terminal 1", "Terminal 2"])
    here.connected()
    here.prompt()
    here.command('echo "<$mine:$PWD>"', "<:/root>")
    here.tabs.nth(1).press("F2")
    name = here.page.get_by_label("New name of Terminal 2")
    name.fill("build")
    name.press("Enter")
    expect(here.tabs).to_have_text(["Terminal 1", "build"])
    here.page.reload()
    here.ready()
    expect(here.tabs).to_have_text(["Terminal 1", "build"])
    expect(here.tabs.nth(1)).to_have_attribute("aria-selected", "true")
    here.tabs.first.click()
    here.connected()
    here.command('echo "<$mine:$PWD>"', "<first:/tmp>")

    # Something runs in it, so closing asks; at the prompt it does not.
    here.tabs.nth(1).click()
    here.connected()
    here.focus()
    here.type("sleep 1000\n")
    here.shows("sleep 1000")
    here.tabs.nth(1).press("Delete")
    dialog = here.page.get_by_role("dialog", name="Close this terminal?")
    expect(dialog).to_contain_text("build")
    dialog.get_by_role("button", name="Close terminal").click()
    expect(here.tabs).to_have_text(["Terminal 1"])
    here.connected()
    here.command("until ! pgrep -x sleep; do read -rt 0.2 < <(:); done; echo its shell is gone", "its shell is gone\n")
    here.action("new-terminal").click()
    expect(here.tabs).to_have_count(2)
    here.connected()
    here.prompt()
    here.command("echo nothing runs here", "nothing runs here\n")
    here.tabs.nth(1).press("Delete")
    expect(here.tabs).to_have_text(["Terminal 1"])
    here.connected()


def divider(here: Learning) -> None:
    """The divider moves by keyboard, and the shell learns the new width."""
    before = int(here.value("tput cols"))
    handle = here.page.get_by_role("separator", name="Width of the text")
    share = int(handle.get_attribute("aria-valuenow") or 0)
    handle.focus()
    for _ in range(5):
        here.page.keyboard.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuenow", str(share - 10))
    here.command(f"until [ $(tput cols) -gt {before + 5} ]; do read -rt 0.2 < <(:); done; echo it is wider", "it is wider\n")


def looks_are_kept(here: Learning) -> None:
    """Size of the letters, colours and the divider's place belong to the browser, and stay after a reload."""
    before = int(here.value("tput cols"))
    menu = here.page.locator("[data-terminal-menu]")
    menu.locator("summary").click()
    for size in ("14", "15"):
        menu.get_by_role("button", name="Larger text").click()
        expect(menu.locator("[data-font-size]")).to_have_text(size)
    menu.get_by_label("Colours").select_option("light")
    menu.locator("summary").click()
    share = here.page.get_by_role("separator").get_attribute("aria-valuenow") or ""
    here.page.reload()
    here.ready()
    expect(here.page.get_by_role("separator")).to_have_attribute("aria-valuenow", share)
    expect(here.page.locator("[data-terminals]")).to_have_attribute("data-theme", "light")
    expect(menu.locator("[data-font-size]")).to_have_text("15")
    here.command(f"until [ $(tput cols) -lt {before} ]; do read -rt 0.2 < <(:); done; echo larger letters", "larger letters\n")
    shade = here.page.locator("[data-terminals]").evaluate("(each) => getComputedStyle(each).backgroundColor")
    assert min(map(int, re.findall(r"\d+", shade)[:3])) > 200, f"the light theme is {shade}"


def test_clipboard_history_and_flood(product: Product, visitors: Visitors) -> None:
    page = visitors.page("bob")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=product.url)
    output = Output(page)
    here = Learning(page, product.url).open().start()
    copy(here)
    scroll_back(here)
    paste_a_megabyte(here)
    flood(product, here, output)
    assert visitors.problems() == []


def copy(here: Learning) -> None:
    """Select with the mouse, copy with Ctrl+Shift+C, paste with Ctrl+Shift+V."""
    here.command("clear; echo to be copied: word-$((6*7)).", "word-42.\n")
    lines = here.screen()
    row = lines.index("to be copied: word-42.")
    screen = here.pane.locator(".xterm-screen")
    box = screen.bounding_box()
    assert box
    height = box["height"] / len(lines)
    width = box["width"] / int(here.value("tput cols"))
    y = box["y"] + (row + 0.5) * height
    start = lines[row].index("word-42")
    here.page.mouse.move(box["x"] + (start + 0.1) * width, y)
    here.page.mouse.down()
    here.page.mouse.move(box["x"] + (start + 6.9) * width, y, steps=5)
    here.page.mouse.up()
    here.page.keyboard.press("Control+Shift+C")
    expect(here.page.locator("[data-announce]")).to_have_text("Copied.")
    assert here.page.evaluate("() => navigator.clipboard.readText()") == "word-42"
    here.type("echo pasted:")
    here.page.keyboard.press("Control+Shift+V")
    here.shows("echo pasted:word-42")
    here.type("\n")
    here.shows("\npasted:word-42\n")


def scroll_back(here: Learning) -> None:
    """The wheel shows what has left the screen; any key comes back and is typed."""
    here.command("clear; seq -f 'history %g' 500", "history 500\n")
    assert "history 440" not in here.text()
    here.focus()
    here.page.mouse.wheel(0, -1000)
    here.shows("history 440")
    assert "history 500" not in here.text()
    here.command("echo back-$((6*7))", "back-42\n")
    assert "history 500\n" in here.text()


def paste_a_megabyte(here: Learning) -> None:
    """Complete, and in order."""
    raw = random.Random(7).randbytes(MEGABYTE * 3 // 4)
    text = base64.encodebytes(raw).decode()
    assert len(text) > MEGABYTE
    here.command("clear; stty -echo")
    here.type("cat > /root/pasted; stty echo; sha256sum < /root/pasted; wc -c < /root/pasted; echo all-$((6*7))\n")
    here.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    here.page.keyboard.press("Control+Shift+V")
    here.page.keyboard.press("Control+D")
    seen = here.shows("all-42\n", 120)
    assert f"{len(text)}\n" in seen, f"{len(text)} bytes were pasted:\n{seen}"
    assert hashlib.sha256(text.encode()).hexdigest() in seen


class Output:
    """Counts the bytes that come to the page's terminals."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        if "/ws/terminals/" in socket.url:
            socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        self.received += len(payload)


def flood(product: Product, here: Learning, output: Output) -> None:
    """A program that never stops printing fills neither the server nor the browser, and Ctrl-C ends it."""
    tools = here.page.context.new_cdp_session(here.page)
    here.focus()
    here.type("yes this line is printed again and again\n")
    here.until(lambda seen: seen.count("printed again and again") > 20, "the flood")
    here.page.wait_for_timeout(3000)
    server, browser, received = product.memory("asgi"), heap(tools), output.received
    here.page.wait_for_timeout(12_000)
    # More than the credit that the server gives, so that it had to wait for acknowledgements; tmux leaves out the rest.
    assert output.received - received > MEGABYTE // 4, f"that was no flood: {output.received - received} bytes"
    assert product.memory("asgi") - server < 6 * MEGABYTE
    assert heap(tools) - browser < 6 * MEGABYTE
    here.page.keyboard.press("Control+C")
    here.prompt()
    here.command("echo calm-$((6*7))", "calm-42\n")


def heap(tools: CDPSession) -> int:
    """Bytes of JavaScript objects that are in use."""
    tools.send("HeapProfiler.collectGarbage")
    return int(tools.send("Runtime.getHeapUsage")["usedSize"])
