"""What a round of checks costs the machine: a hundred of them, as a hundred open pages ask for one every few seconds."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bench.report import Line
from sandboxes import streams
from sandboxes.profiles import get_profile
from sandboxes.streams import EngineEndpoint

if TYPE_CHECKING:
    from bench.visitor import Visitor

PAGES = 100
LAB = "/labs/d101-lifecycle/"
_BUSY = (0, 1, 2, 5, 6, 7)
"""Of the numbers in /proc/stat: user, nice, system, and what interrupts and the hypervisor took."""


def _machine() -> float:
    """CPU seconds that the whole machine has been busy: server, engine and the programs in the sandbox alike."""
    numbers = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    return sum(int(numbers[place]) for place in _BUSY) / os.sysconf("SC_CLK_TCK")


async def check_rounds(visitor: "Visitor") -> list[Line]:
    """Rounds in which nothing has changed, rounds that ask all checks of a page with six steps, and bare commands beside them."""
    await visitor.post(f"{LAB}enter/")
    state = await visitor.post(f"{LAB}check/", {"scope": "open"})
    quiet = full = plain = 0.0
    # In turns, so that all see the same machine.
    for _ in range(PAGES // 10):
        began = _machine()
        for _ in range(10):
            state = await visitor.post(f"{LAB}check/", {"scope": "open", "seen": state["seen"]})
            assert state["unchanged"], "something changes in the sandbox by itself"
        between = _machine()
        for _ in range(10):
            await visitor.post(f"{LAB}check/", {"scope": "open"})
        after = _machine()
        for _ in range(10):
            await _nothing(visitor.container)
        quiet, full, plain = quiet + between - began, full + after - between, plain + _machine() - after
    against = f"{PAGES} commands that do nothing, on the bare stream of the engine"
    note = "a page asks every 5 s, so divide by 5 for the processors that they keep busy"
    return [
        Line(f"{PAGES} rounds of checks, nothing new, CPU of the machine", "s", quiet, plain, against, most=10, note=note),
        Line(f"{PAGES} rounds of six checks, CPU of the machine", "s", full, plain, against, note="after a block or Enter, once each"),
    ]


async def _nothing(container: str) -> None:
    argv = get_profile(os.environ.get("DRYDOCK_PROFILE", "confined")).judge(["bash", "-p", "-c", "exit 0"])
    await streams.run(EngineEndpoint.from_url(), container, argv, timeout=20, limit=4096)
