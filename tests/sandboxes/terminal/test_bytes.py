"""The bytes of a terminal, on a real sandbox: complete, in order, and never more in memory than agreed."""

import asyncio
import base64
import hashlib
import os
import time
from collections.abc import Awaitable

import pytest

from sandboxes.terminal import protocol
from tests.sandboxes.terminal.browser import PROMPT
from tests.sandboxes.terminal.conftest import Inside, OpenTab, eventually
from tests.sandboxes.terminal.site import Site

pytestmark = pytest.mark.docker

MEGABYTE = 1024 * 1024


async def test_the_server_is_ready_before_the_first_byte(tab: OpenTab) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    assert bob.texts == [{"type": "ready", "version": 1, "window": 262144, "acknowledge": 65536}]
    assert bob.socket.subprotocol == "drydock.terminal.v1"


async def test_a_command_is_echoed_and_answered(tab: OpenTab) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    await bob.run("echo $((6*7))$TERM$TMUX.", b"42tmux-256color.")


async def test_keys_stay_in_order(tab: OpenTab) -> None:
    bob = await tab()
    await bob.run('stty -echo; read -r line; stty echo; echo "$line" | sha256sum', b"sha256sum")
    line = base64.b64encode(os.urandom(1500))
    for key in line:
        await bob.socket.send(bytes([key]))
    await bob.socket.send(b"\r")
    await bob.see(hashlib.sha256(line + b"\n").hexdigest().encode())


async def test_a_paste_of_a_megabyte_arrives_complete(tab: OpenTab) -> None:
    bob = await tab()
    text = base64.encodebytes(os.urandom(800_000))
    assert len(text) > MEGABYTE
    await bob.run(f"stty -echo; head -c {len(text)} | sha256sum; stty echo", b"stty echo")
    await bob.type(text)
    await bob.see(hashlib.sha256(text).hexdigest().encode(), within=60)


async def test_a_paste_goes_through_while_the_history_is_shown(tab: OpenTab) -> None:
    bob = await tab()
    await bob.run("seq 1000 1200; echo $((1))end", b"1end")
    bob.forget()
    await bob.type(b"\x1b[9003~")
    await bob.see(b"1150")
    bob.forget()
    await bob.type(b"\x1b[200~echo past$((1))ed\x1b[201~")
    await bob.see(b"past$((1))ed")
    await bob.run("", b"past1ed")


async def test_a_key_leaves_the_history_and_is_typed(tab: OpenTab) -> None:
    bob = await tab()
    await bob.run("seq 1000 1200; echo $((1))end", b"1end")
    await bob.type(b"\x1b[9003~")
    await bob.run("echo ty$((1))ped", b"ty1ped")


async def test_the_wheel_is_arrow_keys_in_a_program_that_fills_the_screen(tab: OpenTab) -> None:
    bob = await tab()
    await bob.run("seq 1000 1200 | less", b"1028")
    bob.forget()
    await bob.type(b"\x1b[9002~")
    await bob.see(b"1031")
    await bob.type(b"q")


async def test_search_shows_the_place_or_says_that_there_is_none(tab: OpenTab) -> None:
    bob = await tab()
    await bob.run("seq 1000 1400; echo $((1))end", b"1end")
    bob.forget()
    await bob.control(type="search", text="1042", direction="up")
    await bob.see(b"1043")
    await bob.control(type="search", text="zebra", direction="up")
    assert (await bob.told("notice"))["sentence"] == "“zebra” was not found."


async def test_a_flood_ends_with_ctrl_c(tab: OpenTab) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    before = bob.received
    await bob.type(b"yes $(seq 1000 1020)\r")
    await asyncio.sleep(2)
    assert bob.received - before > 100_000
    bob.forget()
    started = time.monotonic()
    await bob.type(b"\x03")
    await bob.see(PROMPT)
    assert time.monotonic() - started < 1


async def test_a_client_that_renders_nothing_gets_one_window_and_costs_no_memory(site: Site, tab: OpenTab) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    bob.renders = bob.keeps = False
    before = site.memory()
    await bob.type(b"yes $(seq 1000 1020)\r")
    await bob.gets(protocol.WINDOW, within=60)
    await asyncio.sleep(2)
    assert bob.received == protocol.WINDOW
    assert site.memory() - before < 2 * MEGABYTE
    bob.renders = bob.keeps = True
    await bob.type(b"\x03")
    await bob.acknowledge()
    await bob.run("echo ba$((1))ck", b"ba1ck")


async def test_a_client_that_does_not_read_costs_no_memory(site: Site, tab: OpenTab) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    before = site.memory()
    bob.socket.transport.pause_reading()
    await bob.type(b"yes $(seq 1000 1020)\r")
    await asyncio.sleep(4)
    assert site.memory() - before < 2 * MEGABYTE
    bob.socket.transport.resume_reading()
    await bob.type(b"\x03")
    await bob.run("echo ba$((1))ck", b"ba1ck", within=30)


async def test_size_follows_the_client(tab: OpenTab) -> None:
    bob = await tab(cols=91, rows=27)
    await bob.run("stty size", b"27 91")
    for cols in range(60, 121):
        await bob.control(type="resize", cols=cols, rows=33)
    await asyncio.sleep(0.5)
    await bob.run("stty size", b"33 120")


async def test_two_viewers_see_one_screen_and_a_lagging_one_holds_nobody_up(tab: OpenTab) -> None:
    bob, other = await tab(), await tab()
    await bob.see(PROMPT)
    await other.see(PROMPT)
    await bob.type(b"echo bo$((1))th\r")
    await bob.see(b"bo1th")
    await other.see(b"bo1th")
    other.socket.transport.pause_reading()
    await bob.run("seq 1 300000; echo do$((1))ne", b"do1ne", within=60)
    other.socket.transport.resume_reading()


async def test_a_new_connection_finds_the_screen(tab: OpenTab) -> None:
    bob = await tab()
    await bob.run("x=kept; echo on $((1))screen", b"on 1screen")
    await bob.leave()
    again = await tab(viewer=bob.viewer)
    await again.see(b"on 1screen")
    await again.run("echo still.$x", b"still.kept")


async def test_leaving_leaves_no_client_and_no_process(tab: OpenTab, terminal: dict[str, str], inside: Inside) -> None:
    bob = await tab()
    await bob.see(PROMPT)
    assert await inside.clients(terminal["session"]) == 1
    await bob.leave()
    await eventually(lambda: _is(inside.clients(terminal["session"]), 0))
    await eventually(lambda: _is(inside.attached_execs(), 0))


async def test_leaving_at_any_moment_leaves_nothing(tab: OpenTab, terminal: dict[str, str], inside: Inside) -> None:
    for step in range(12):
        bob = await tab()
        await asyncio.sleep(step * 0.012)
        await bob.leave()
    await eventually(lambda: _is(inside.attached_execs(), 0), within=30)
    assert await inside.clients(terminal["session"]) <= 0


async def _is(found: Awaitable[int], expected: int) -> bool:
    return await found == expected
