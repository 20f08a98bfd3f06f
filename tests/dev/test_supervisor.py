"""The supervisor from outside: real programs under it, real signals to it."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev import pids
from dev.child import Lines
from dev.supervisor import running

ROOT = Path(__file__).resolve().parents[2]
LONG = 30.0  # seconds that anything may take on a loaded machine

NOTING = """
import os, signal, sys, time
def note(text):
    with open(os.environ["JOURNAL"], "a") as journal:
        print({name!r}, text, file=journal, flush=True)
def end(*_):
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, lambda *_: note("interrupted"))
note("started")
while True:
    time.sleep(1)
"""
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf')\ntime.sleep(600)"
SLEEPING = "import time\ntime.sleep(600)"


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


class Run:
    """One supervisor in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def describe(self, *services: tuple[str, str, float], well: bool = True, patience: float = LONG) -> None:
        plan = {"services": services, "well": well, "patience": patience}
        (self.folder / "plan.json").write_text(json.dumps(plan))

    @property
    def argv(self) -> list[str]:
        return [sys.executable, "-u", "-m", "tests.dev.supervised", str(self.folder)]

    def start(self, *services: tuple[str, str, float], well: bool = True, patience: float = LONG) -> subprocess.Popen[bytes]:
        self.describe(*services, well=well, patience=patience)
        with (self.folder / "screen").open("wb") as screen:
            self.process = subprocess.Popen(self.argv, cwd=ROOT, stdout=screen, stderr=screen)
        return self.process

    def screen(self) -> str:
        return (self.folder / "screen").read_text()

    def journal(self) -> list[str]:
        path = self.folder / "journal"
        return path.read_text().splitlines() if path.exists() else []

    def pid(self, name: str) -> int | None:
        return pids.read(self.folder / f"{name}.pid")

    def up(self) -> None:
        until(lambda: "everything is up" in self.screen())


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    one = Run(tmp_path)
    yield one
    if one.process is not None and one.process.poll() is None:
        one.process.kill()
        one.process.wait()


def noting(name: str) -> tuple[str, str, float]:
    return name, NOTING.format(name=name), LONG


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_reverse_order(run: Run, number: signal.Signals) -> None:
    process = run.start(noting("redis"), noting("worker"), noting("beat"), noting("asgi"))
    run.up()
    until(lambda: len(run.journal()) == 4)
    process.send_signal(number)
    assert process.wait(LONG) == 0
    assert run.journal()[4:] == ["asgi stopped", "beat stopped", "worker stopped", "redis stopped"]
    assert list(run.folder.glob("*.pid")) == [run.folder / "supervisor.pid"]
    assert (run.folder / "supervisor.pid").read_text() == ""


def test_a_terminals_ctrl_c_reaches_the_supervisor_only(run: Run) -> None:
    run.describe(noting("redis"), noting("asgi"))
    terminal, inside = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    # setsid makes the terminal the controlling one, so that Ctrl-C in it becomes a signal.
    argv = ["setsid", "--ctty", *run.argv]
    run.process = subprocess.Popen(argv, cwd=ROOT, stdin=inside, stdout=inside, stderr=inside, env=env)
    os.close(inside)
    until(lambda: len(run.journal()) == 2)
    shown = b""
    while b"everything is up" not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, b"\x03")
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:  # how Linux says that the other end of a terminal is closed
        pass
    os.close(terminal)
    assert run.process.wait(LONG) == 0
    assert run.journal()[2:] == ["asgi stopped", "redis stopped"]
    assert b"\x1b[1mdrydock\x1b[0m | stopped" in shown


def test_a_second_ctrl_c_kills_at_once(run: Run) -> None:
    process = run.start(("asgi", DEAF, 600.0))
    run.up()
    until(lambda: "deaf" in run.screen())
    deaf = run.pid("asgi")
    process.send_signal(signal.SIGINT)
    until(lambda: "stopping" in run.screen())
    time.sleep(0.6)  # sooner, it would be the first one that make has passed on
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG) == 130
    assert not pids.is_running(deaf)


def test_the_same_signal_twice_at_once_is_one(run: Run) -> None:
    process = run.start(noting("asgi"))
    run.up()
    until(lambda: len(run.journal()) == 1)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG) == 0
    assert run.journal() == ["asgi started", "asgi stopped"]


def test_who_does_not_stop_in_time_is_killed(run: Run) -> None:
    process = run.start(noting("redis"), ("worker", DEAF, 0.3))
    run.up()
    until(lambda: "deaf" in run.screen())
    deaf = run.pid("worker")
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG) == 0
    assert not pids.is_running(deaf)
    assert "worker has not stopped in 0.3 s; killing it" in run.screen()
    assert run.journal() == ["redis started", "redis stopped"]


def test_a_killed_program_is_started_again(run: Run) -> None:
    run.start(noting("worker"), noting("asgi"))
    run.up()
    first, other = run.pid("worker"), run.pid("asgi")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: run.pid("worker") not in {None, first})
    assert "worker ended by SIGKILL; starting it again in 0.5 s" in run.screen()
    assert run.pid("asgi") == other


def test_pauses_between_restarts_grow(run: Run) -> None:
    run.start(("asgi", "import time; time.sleep(0.2); raise SystemExit(3)", LONG))
    until(lambda: run.screen().count("starting it again") == 3)
    said = [line.split("; ")[1] for line in run.screen().splitlines() if "ended with status 3" in line]
    assert said == [f"starting it again in {pause} s" for pause in ("0.5", "1", "2")]


def test_what_a_dead_program_left_behind_is_killed(run: Run) -> None:
    forking = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('grandchild', child.pid)\n"
        "time.sleep(600)"
    )
    run.start(("worker", forking, LONG))
    until(lambda: "grandchild" in run.screen())
    grandchild = int(run.screen().split("grandchild ")[1].split()[0])
    parent = run.pid("worker")
    assert parent is not None
    os.kill(parent, signal.SIGKILL)
    until(lambda: not pids.is_running(grandchild))


def test_kill_9_of_the_supervisor_leaves_nothing_running(run: Run) -> None:
    process = run.start(("redis", DEAF, LONG), ("asgi", SLEEPING, LONG))
    run.up()
    children = [run.pid("redis"), run.pid("asgi")]
    assert all(pids.is_running(pid) for pid in children)
    process.kill()
    process.wait()
    until(lambda: not any(pids.is_running(pid) for pid in children))


def test_a_run_after_kill_9_begins_afresh(run: Run) -> None:
    process = run.start(noting("asgi"))
    run.up()
    process.kill()
    process.wait()
    run.start(noting("asgi"))
    run.up()


def test_an_unwell_site_is_given_up_with_words(run: Run) -> None:
    process = run.start(noting("asgi"), well=False, patience=1)
    assert process.wait(LONG) == 1
    assert "  database: it is on holiday" in run.screen()
    assert run.journal()[-1] == "asgi stopped"


def test_a_program_that_cannot_stay_up_is_given_up_before_patience_ends(run: Run) -> None:
    process = run.start(("asgi", "raise SystemExit(1)", LONG), well=False, patience=600)
    assert process.wait(LONG) == 1


def test_two_at_once_are_refused(run: Run) -> None:
    first = run.start(noting("asgi"))
    run.up()
    second = subprocess.run(run.argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stdout == f"Drydock runs here already (process {first.pid}); `make stop` stops it.\n"
    assert first.poll() is None


def test_a_closed_pipe_stops_it(run: Run) -> None:
    run.describe(("asgi", "import time\nwhile True:\n    print('tick'); time.sleep(0.05)", LONG))
    process = subprocess.Popen(run.argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait(LONG)
    assert not pids.is_running(run.pid("asgi"))


def test_each_service_has_a_log_of_its_own(run: Run) -> None:
    process = run.start(("redis", f"print('one')\n{SLEEPING}", LONG), ("asgi", f"print('two')\n{SLEEPING}", LONG))
    run.up()
    until(lambda: "two" in run.screen() and "one" in run.screen())
    process.send_signal(signal.SIGINT)
    process.wait(LONG)
    assert (run.folder / "redis.log").read_text() == "one\n"
    assert (run.folder / "asgi.log").read_text() == "two\n"
    assert "redis   | one" in run.screen().splitlines()


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_lines_are_the_same_however_they_arrive(size: int) -> None:
    stream = "first\r\nsécond\n\nlast".encode()
    lines, got = Lines(), list[str]()
    for begin in range(0, len(stream), size):
        got += lines.feed(stream[begin : begin + size])
    assert [*got, *lines.rest()] == ["first", "sécond", "", "last"]


def test_an_endless_line_is_cut() -> None:
    lines = Lines()
    assert [len(line) for line in lines.feed(b"x" * 40_000)] == [16384, 16384]
    assert [len(line) for line in lines.rest()] == [40_000 - 2 * 16384]


def test_stop_finds_the_supervisor_by_its_lock(run: Run) -> None:
    assert running(run.folder) is None
    process = run.start(noting("asgi"))
    run.up()
    assert running(run.folder) == process.pid
    process.kill()
    process.wait()
    # The number is still in the file, and could be another program's by now.
    assert pids.read(run.folder / "supervisor.pid") == process.pid
    assert running(run.folder) is None


def test_make_stop_stops_it(run: Run) -> None:
    process = run.start(noting("asgi"))
    run.up()
    # The folder plays var/run: `dev stop` looks for supervisor.pid below DRYDOCK_VAR.
    (run.folder / "run").symlink_to(run.folder)
    env = {**os.environ, "DRYDOCK_VAR": str(run.folder)}
    subprocess.run([sys.executable, "-m", "dev", "stop"], cwd=ROOT, env=env, check=True)
    assert process.wait(LONG) == 0
    subprocess.run([sys.executable, "-m", "dev", "stop"], cwd=ROOT, env=env, check=True)
