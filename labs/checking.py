"""Checks: scripts out of the content, run inside the learner's instance, all of a page in one go.

The script travels in the command itself, so no file of the instance holds it; and it runs with the programs of the image, not
with those that a learner may have put in their place.
"""

import asyncio
import base64
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from labs.script import Check
from sandboxes.services import Place, run_inside

MESSAGE_LIMIT = 300
"""Characters of a message to the learner."""
ASK_AGAIN = 1.0
"""Seconds between two questions while a check gets its time to come true."""
_SPARE = 10
"""Seconds beyond the checks' own limits in which the engine must have answered."""

# Each check runs in a shell of its own, at the same time as the others; its answer is one line: mark, step, status, output.
# PATH is set because the learner's own may begin anywhere. -p: no functions and options out of the environment.
_RUNNER = r"""
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
export LAB_SINCE=$1
library=$2 mark=$3 before=$4
shift 4
answer() {
  out=$(timeout -k 1 "$2" bash -p -c "$library
$3" 2>/dev/null </dev/null | head -c 4096; exit "${PIPESTATUS[0]}")
  status=$?
  printf '%s %s %s %s\n' "$mark" "$1" "$status" "$(printf %s "$out" | tail -n 1 | base64 -w 0)"
}
# What can change without the learner at a terminal: the engine's events, what containers print, files in the home directory.
# Events that checks cause themselves (their throw-away containers, and docker exec) are no news.
seen=$({ find /root -maxdepth 3 -printf '%p %s %T@\n' 2>/dev/null | head -n 5000
  grep -Evc '"drydock.check"|^container exec_' /var/lib/drydock/events.log 2>/dev/null
  find /var/lib/docker/containers -name '*.log' -printf '%p %s\n' 2>/dev/null; } | cksum | tr ' ' -)
printf '%s seen 0 %s\n' "$mark" "$(printf %s "$seen" | base64 -w 0)"
[ "$seen" != "$before" ] || exit 0
cd /root 2>/dev/null || cd /
while [ $# -ge 3 ]; do
  answer "$1" "$2" "$3" &
  shift 3
done
wait
"""

_TIMED_OUT = frozenset({124, 137})
_CANNOT_RUN = frozenset({126, 127})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check said: ``state`` is done, open or broken; ``message`` is for the learner and may be empty."""

    state: str
    message: str = ""


@cache
def library() -> str:
    """The functions that every check can use."""
    return Path(__file__).with_name("check.sh").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Look:
    """What a round of checks found. ``seen`` tells the state of the instance apart from another; no answers: it is as before."""

    answers: dict[str, Answer]
    seen: str


async def run_checks(where: Place, checks: Mapping[str, Check], *, since: int = 0) -> dict[str, Answer]:
    """Run checks of one instance side by side; the answer of each, by its name (letters, digits, hyphens, underscores).

    ``since``: events of the engine count from this moment on, in nanoseconds since the epoch. Raises EngineDown and NotReady.
    """
    return (await look(where, checks, since=since)).answers


async def until_done(ask: Callable[[], Awaitable[Answer]], *, within: float) -> Answer:
    """Ask once, and again until the answer is done or so many seconds have passed: what was started may need a moment."""
    limit = time.monotonic() + within
    answer = await ask()
    while answer.state != "done" and time.monotonic() < limit:
        await asyncio.sleep(ASK_AGAIN)
        answer = await ask()
    return answer


async def look(where: Place, checks: Mapping[str, Check], *, since: int = 0, before: str = "") -> Look:
    """The same, and only where something has changed in the instance: ``before`` is the ``seen`` of an earlier look.

    A look that finds nothing new runs no check, which is what makes looking every few seconds cheap.
    """
    if not checks:
        return Look({}, before)
    mark = secrets.token_hex(8)
    argv = ["bash", "-p", "-c", _RUNNER, "checks", str(since), library(), mark, before]
    for name, check in checks.items():
        argv += [name, str(check.seconds), check.source]
    try:
        timeout = max(check.seconds for check in checks.values()) + _SPARE
        outcome = await run_inside(where, argv, timeout=timeout, clean=True)
    except TimeoutError:
        return Look({name: _timed_out(check) for name, check in checks.items()}, "")
    found = _read(outcome.output.decode(errors="replace"), mark)
    _, seen = found.pop("seen", (0, ""))
    if seen and seen == before:
        return Look({}, seen)
    return Look({name: _answer(check, *found[name]) if name in found else _broken() for name, check in checks.items()}, seen)


def _read(output: str, mark: str) -> dict[str, tuple[int, str]]:
    found = {}
    for line in output.splitlines():
        words = line.split(" ")
        if len(words) == 4 and words[0] == mark and words[2].isdigit():
            message = base64.b64decode(words[3]).decode(errors="replace")
            found[words[1]] = (int(words[2]), "".join(letter for letter in message if letter.isprintable()).strip()[:MESSAGE_LIMIT])
    return found


def _answer(check: Check, status: int, message: str) -> Answer:
    if status == 0:
        return Answer("done", message)
    if status in _TIMED_OUT:
        return _timed_out(check)
    if status in _CANNOT_RUN:
        return _broken()
    return Answer("open", message)


def _timed_out(check: Check) -> Answer:
    return Answer("broken", f"The check did not answer within {check.seconds} seconds. That is not your fault: it is tried again.")


def _broken() -> Answer:
    sentence = "The check could not be run in your sandbox. That is not your fault. If it stays like this, reset the lab."
    return Answer("broken", sentence)
