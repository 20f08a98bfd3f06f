"""The shell outlives the page, the connection and every process of the site."""

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitors
from tests.e2e.learning import Learning
from tests.e2e.product import Product, eventually
from tests.e2e.watch import EXPECTED_WHEN_AWAY

pytestmark = pytest.mark.e2e


def test_reload_and_second_tab_show_the_same_shell(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob").start()
    here.command("mark=kept-$((40+2)); seq -f 'line %g of 30' 30", "line 30 of 30")
    before = here.text()
    here.page.reload()
    here.live()
    here.ready()
    here.until(lambda seen: seen == before, "the same screen as before the reload, no line twice")
    here.command('echo "it is $mark"', "it is kept-42")

    there = Learning(here.page.context.new_page(), product.url).open().ready()
    there.until(lambda seen: seen == here.text(), "the same screen in the second tab")
    there.command("echo typed-$((6*7))-there", "typed-42-there")
    here.shows("typed-42-there")
    here.until(lambda seen: seen == there.text(), "the same screen in both tabs")
    here.command("echo typed-$((6*8))-here", "typed-48-here")
    there.shows("typed-48-here")
    there.page.close()
    here.command("echo alone-$((7*7))", "alone-49")
    assert visitors.problems() == []


def test_restarts_of_every_process_leave_the_terminal_alone(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob").start()
    here.command("mark=kept-$((40+2)); echo mark is set", "mark is set")
    kill_web_server(product, here)
    kill_redis(product, here)
    restart_worker(product, here)
    assert visitors.problems(*EXPECTED_WHEN_AWAY, "503") == []


def kill_web_server(product: Product, here: Learning) -> None:
    """The overlay says what happens; then the same shell is back by itself."""
    # Where the server is started again faster than the box would appear, nobody needs a box: so hold it back.
    supervisor = product.pid("supervisor")
    os.kill(supervisor, signal.SIGSTOP)
    try:
        before = product.kill("asgi")
        expect(here.overlay).to_be_visible()
        expect(here.overlay).to_contain_text("Reconnecting")
        expect(here.overlay).to_contain_text("your shell keeps running")
        expect(here.pane).not_to_have_attribute("data-connection", "open")
    finally:
        os.kill(supervisor, signal.SIGCONT)
    product.back("asgi", before)
    here.connected()
    expect(here.overlay).to_be_hidden()
    here.live()
    here.shows("mark is set")
    seen = here.command('echo "after the kill: $mark"', "after the kill: kept-42")
    assert seen.splitlines().count("mark is set") == 1, f"a line came twice:\n{seen}"


def kill_redis(product: Product, here: Learning) -> None:
    """Bytes do not pass through Redis; news do, and come again once it is back."""
    before = product.kill("redis")
    here.command("echo without-redis-$((6*7))", "without-redis-42")
    expect(here.overlay).to_be_hidden()
    product.back("redis", before)
    here.command("echo with-redis-$((6*7))", "with-redis-42")
    here.action("new-terminal").click()
    expect(here.tabs).to_have_count(2)
    here.connected()
    here.prompt()
    # News of what another page does arrive here, over the subscription that was broken.
    there = Learning(here.page.context.new_page(), product.url).open().ready()
    there.action("new-terminal").click()
    expect(here.tabs).to_have_count(3)
    there.page.close()
    here.tabs.first.click()


def restart_worker(product: Product, here: Learning) -> None:
    """A terminal needs no worker; what needs one is done once it is back."""
    before = product.kill("worker", signal.SIGKILL, group=True)
    here.command("echo without-worker-$((6*7))", "without-worker-42")
    product.back("worker", before)
    here.command('echo "still $mark"', "still kept-42")
    eventually(lambda: '"ok": true' in here.page.request.get("/health/").text(), "the site is well again")
