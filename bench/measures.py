"""What is measured, and how. Ours and the baseline take turns, so that both see the same machine."""

import asyncio
import contextlib
import os
import random
import subprocess
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
import docker

from bench.marks import green_marks
from bench.product import TERMINALS, resident
from bench.report import Line, median, quantile
from bench.rounds import check_rounds
from bench.screens import PROMPT, BareScreen, Screen
from bench.visitor import Visitor

PROFILE = os.environ.get("DRYDOCK_PROFILE", "confined")
IMAGE = os.environ.get("DRYDOCK_SANDBOX_IMAGE", "drydock/sandbox:latest")
MS = 1000
COLD_RUNS = 5
KEYS = 500
RENDER_RATE = 8e6
FLOOD_RUNS = 15
OUTPUT = 100_000_000
MANY = 100
MANY_SECONDS = 10
# Profile `caps`, without limits, network or firewall of its own: what one would type.
PLAIN: dict[str, Any] = {
    "entrypoint": ["/usr/lib/drydock/caps-entry"],
    "command": [],
    "detach": True,
    "init": True,
    "cap_add": ["ALL"],
    "cap_drop": ["SYS_RESOURCE"],
    "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
    "volumes": ["/var/lib/docker"],
}
IDLE = "one `docker exec` client, as a program that runs one for each terminal has"


async def cold_start(visitor: Visitor) -> Line:
    """From the click to the prompt, against a plain container of the same image until its Docker answers."""
    ours, plain = [], []
    for turn in range(COLD_RUNS):
        if turn:
            await visitor.stop()
        plain.append(await asyncio.to_thread(_plain_docker))
        started = time.perf_counter()
        await visitor.start()
        screen = await visitor.open(visitor.terminal)
        await screen.see(PROMPT)
        ours.append(time.perf_counter() - started)
        await screen.close()
    against = "docker run --cap-add ALL of the same image until its Docker answers"
    return Line(
        "click to prompt, cold", "s", median(ours), median(plain), against, most_ratio=1.3, samples={"ours": ours, "baseline": plain}
    )


def _plain_docker() -> float:
    client = docker.from_env()
    try:
        started = time.perf_counter()
        container = client.containers.run(IMAGE, **PLAIN)
        try:
            wait = "until docker info >/dev/null 2>&1; do sleep 0.02; done"
            container.exec_run(["timeout", "60", "sh", "-c", wait])
            return time.perf_counter() - started
        finally:
            container.remove(force=True, v=True)
    finally:
        client.close()


async def echo(visitor: Visitor) -> list[Line]:
    """A key until it is on the screen, one at a time, on both in turn."""
    web = await visitor.open(await visitor.new_terminal())
    bare = await BareScreen.open(visitor.container, PROFILE, "bench-echo")
    times: dict[Screen, list[float]] = {web: [], bare: []}
    for screen in times:
        await screen.see(PROMPT)
    for number in range(1, KEYS + 1):
        for screen, taken in times.items():
            taken.append(MS * await screen.key(b"x"))
            await asyncio.sleep(0.01)
        if number % 50 == 0:
            for screen in times:
                await screen.write(b"\x15")
            await asyncio.sleep(0.1)
    await _close([web, bare])
    ours, plain = times[web], times[bare]
    samples = {"ours": ours, "baseline": plain}
    against = f"bare exec stream to the same tmux, {KEYS} keys each"
    return [
        Line("keystroke echo, p50", "ms", median(ours), median(plain), against, most_over=1.5, samples=samples),
        Line("keystroke echo, p95", "ms", quantile(ours, 0.95), quantile(plain, 0.95), against, most_over=5),
    ]


async def interrupt(visitor: Visitor) -> Line:
    """From Ctrl-C under a flood to the prompt, on a screen that renders 8 MB/s."""
    web = await visitor.open(await visitor.new_terminal(), rate=RENDER_RATE)
    bare = await BareScreen.open(visitor.container, PROFILE, "bench-flood", rate=RENDER_RATE)
    times: dict[Screen, list[float]] = {web: [], bare: []}
    for _ in range(FLOOD_RUNS):
        for screen, taken in times.items():
            await screen.run("clear", PROMPT)
            await screen.write(b"yes $(seq 1000 1020)\r")
            # Not always the same: tmux redraws a flooded screen every 100 ms, and that must hit both alike.
            await asyncio.sleep(1.5 + random.random())
            screen.tail = b""
            started = time.perf_counter()
            await screen.write(b"\x03")
            await screen.see(PROMPT)
            taken.append(time.perf_counter() - started)
    await _close([web, bare])
    ours, plain = times[web], times[bare]
    against = "bare exec stream, same screen"
    samples = {"ours": ours, "baseline": plain}
    return Line("prompt after Ctrl-C in a flood", "s", median(ours), median(plain), against, most=0.3, most_ratio=1.3, samples=samples)


async def output_cpu(visitor: Visitor) -> Line:
    """CPU of the server while a command prints 100 MB, against what reading the bare stream costs this process."""
    command = f"yes $(seq 1000 1020) | head -c {OUTPUT}; echo do$((1))ne"
    web = await visitor.open(await visitor.new_terminal())
    await web.see(PROMPT)
    before = visitor.product.cpu()
    took = await web.run(command, b"do1ne", within=300)
    ours = visitor.product.cpu() - before
    bare = await BareScreen.open(visitor.container, PROFILE, "bench-output")
    await bare.see(PROMPT)
    before = time.process_time()
    bare_took = await bare.run(command, b"do1ne", within=300)
    plain = time.process_time() - before
    note = (
        f"took {took:.1f} s and put {web.received / 1e6:.1f} MB on the wire (bare: {bare_took:.1f} s, {bare.received / 1e6:.1f} MB); "
        "tmux draws what a screen can show and keeps the rest in its history"
    )
    await _close([web, bare])
    return Line("server CPU for 100 MB of output", "s", ours, plain, "CPU of a reader of the bare stream", most=1.0, note=note)


async def many(visitor: Visitor) -> list[Line]:
    """A hundred terminals: memory of the server while they are idle, echo while all type five keys a second."""
    terminals = [await visitor.new_terminal() for _ in range(MANY)]
    # What the first few connections cost once is not the price of a terminal.
    await _close([await visitor.open(terminal) for terminal in terminals[:10]])
    await asyncio.sleep(3)
    empty = visitor.product.memory()
    web = [await visitor.open(terminal) for terminal in terminals]
    for screen in web:
        await screen.see(PROMPT)
    await asyncio.sleep(5)
    memory = (visitor.product.memory() - empty) / MANY / 1024
    ours = await _type_all(web)
    await _close(web)
    bare = [await BareScreen.open(visitor.container, PROFILE, f"bench-{number}") for number in range(MANY)]
    for one in bare:
        await one.see(PROMPT)
    plain = await _type_all(bare)
    await _close(bare)
    return [
        Line(
            f"echo p50, {MANY} terminals, 5 keys/s each", "ms", median(ours), median(plain), "bare exec streams, as many", most_ratio=2.2,
            samples={"ours": ours, "baseline": plain},
        ),
        Line("memory of the server, each idle terminal", "KiB", memory, await asyncio.to_thread(_exec_client, visitor), IDLE, most=100),
    ]  # fmt: skip


async def _type_all(screens: Sequence[Screen]) -> list[float]:
    taken: list[float] = []

    async def type_at(screen: Screen) -> None:
        await asyncio.sleep(random.random() * 0.2)
        for _ in range(MANY_SECONDS * 5):
            due = time.perf_counter() + 0.2
            taken.append(MS * await screen.key(b"x"))
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    await asyncio.gather(*(type_at(screen) for screen in screens))
    return taken


def _exec_client(visitor: Visitor) -> float:
    argv = ["docker", "exec", "-i", visitor.container, "sleep", "5"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as client:
        time.sleep(2)
        return resident(client.pid) / 1024


async def module_page(visitor: Visitor) -> list[Line]:
    """The module page as a signed-in learner gets it, against the server's smallest answer."""
    page = await _load(visitor, visitor.page)
    small = await _load(visitor, "/static/" + await visitor.asset())
    against = "a static file of the same server, same 8 connections"
    return [
        Line("module page, time for each request", "ms", MS * 10 / len(page), MS * 10 / len(small), against,
             note=f"{len(page) / 10:.0f} requests a second, static file {len(small) / 10:.0f}"),
        Line("module page, p95", "ms", quantile(page, 0.95), quantile(small, 0.95), against),
    ]  # fmt: skip


async def _load(visitor: Visitor, path: str) -> list[float]:
    taken: list[float] = []
    until = time.perf_counter() + 10
    connector = aiohttp.TCPConnector(limit=8)
    cookies = {"drydock_session": visitor.cookie("session")}
    async with aiohttp.ClientSession(
        visitor.product.url, connector=connector, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
    ) as http:

        async def visit() -> None:
            while (started := time.perf_counter()) < until:
                async with http.get(path) as answer:
                    answer.raise_for_status()
                    await answer.read()
                taken.append(MS * (time.perf_counter() - started))

        await asyncio.gather(*(visit() for _ in range(8)))
    return taken


async def _close(screens: Sequence[Screen]) -> None:
    for screen in screens:
        with contextlib.suppress(OSError):
            await screen.close()


async def every_line(visitor: Visitor) -> list[Line]:
    """All of it, in an order in which nothing disturbs what comes after."""
    lines = [await cold_start(visitor), *await echo(visitor), await interrupt(visitor)]
    if visitor.product.pid:
        lines += [await output_cpu(visitor)]
    if visitor.product.pid and TERMINALS > MANY:
        lines += await many(visitor)
    lines += [*await module_page(visitor), *await check_rounds(visitor)]
    if visitor.product.pid:
        await visitor.stop()
        lines += await green_marks(visitor)
    return lines
