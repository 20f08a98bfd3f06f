"""``make test`` and ``make lint``: every check, in the order of how soon each can fail."""

import os
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dev.child import die_with
from dev.console import Console, Problem
from dev.layout import Layout, free_port
from dev.postgres import private_postgres
from dev.redis_server import can_connect

_SLOWEST = 15


@dataclass(frozen=True, slots=True)
class Check:
    """One command. ``report`` is where it leaves a JUnit report, for those that run tests."""

    title: str
    argv: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    report: Path | None = None


def lint_checks(layout: Layout) -> list[Check]:
    """What needs neither engine nor database."""
    return [
        Check("ruff", [layout.bin / "ruff", "check", "."]),
        Check("ruff format", [layout.bin / "ruff", "format", "--check", "."]),
        Check("mypy --strict", [layout.bin / "mypy", "--strict", "."]),
        Check("eslint", ["npm", "run", "--silent", "lint"]),
    ]


def pytest_checks(layout: Layout, postgres_url: str) -> list[Check]:
    """The tests: what needs only a database runs on both, what needs an engine or a browser once."""
    plain = "not docker and not e2e"
    return [
        Check("front-end tests", ["npm", "test", "--silent"]),
        _pytest(layout, "tests on SQLite", plain),
        # The tests of dev/ never look at DATABASE_URL: once is enough.
        _pytest(layout, "tests on PostgreSQL", plain, {"DATABASE_URL": postgres_url}, "--ignore=tests/dev"),
        _pytest(layout, "tests on a Docker engine", "docker and not e2e"),
        _pytest(layout, "tests in a browser", "e2e"),
    ]


def _pytest(layout: Layout, title: str, marks: str, env: Mapping[str, str] | None = None, *more: str) -> Check:
    report = layout.var / "test" / f"{title.replace(' ', '-')}.xml"
    argv = [str(layout.python), "-m", "pytest", "-m", marks, "-p", "dev.no_skips"]
    return Check(title, [*argv, *more, f"--durations={_SLOWEST}", f"--junitxml={report}"], env or {}, report)


def run_checks(checks: Sequence[Check], layout: Layout, env: Mapping[str, str], console: Console) -> int:
    """Run all, also after a failure, and say at the end how each went. Returns the status."""
    outcomes = []
    for check in checks:
        if check.report:
            check.report.parent.mkdir(parents=True, exist_ok=True)
            check.report.unlink(missing_ok=True)
        console.say(f"\n=== {check.title}")
        began = time.monotonic()
        argv = [str(word) for word in check.argv]
        status = subprocess.run(argv, env={**env, **check.env}, cwd=layout.root, stdin=subprocess.DEVNULL, check=False).returncode
        outcomes.append((check, status, time.monotonic() - began))
    cases = [case for check in checks if check.report for case in _cases(check.report)]
    if cases:
        console.say("\n=== slowest tests")
        for seconds, name, _ in sorted(cases, reverse=True)[:_SLOWEST]:
            console.say(f"  {seconds:7.1f} s  {name}")
    console.say("\n=== summary")
    for check, status, seconds in outcomes:
        console.say(f"  {check.title:<26} {seconds:6.1f} s  {'passed' if status == 0 else f'FAILED (status {status})'}")
    if cases:
        console.say(_closing_line([outcome for _, _, outcome in cases]))
    return int(any(status for _, status, _ in outcomes))


def _cases(report: Path) -> Iterator[tuple[float, str, str]]:
    """Seconds, name and outcome of each test in a JUnit report; nothing when the run died before it wrote one."""
    if not report.exists():
        return
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it a moment ago
        bad = any(case.find(kind) is not None for kind in ("failure", "error"))
        outcome = "failed" if bad else "skipped" if case.find("skipped") is not None else "passed"
        yield float(case.get("time", 0)), f"{case.get('classname')}::{case.get('name')} ({report.stem})", outcome


def _closing_line(outcomes: list[str]) -> str:
    skipped = outcomes.count("skipped")
    line = f"tests: {outcomes.count('passed')} passed, {outcomes.count('failed')} failed"
    return line + (f", {skipped} skipped" if skipped else "")


@contextmanager
def servers_for_tests(layout: Layout, env: Mapping[str, str]) -> Iterator[tuple[dict[str, str], str]]:
    """A private Redis and a private PostgreSQL; yields the environment for the tests, and PostgreSQL's URL."""
    with ExitStack() as stack:
        folder = layout.var / "test"
        folder.mkdir(parents=True, exist_ok=True)
        redis_url = stack.enter_context(private_redis(layout.log / "redis-test.log"))
        postgres_url = stack.enter_context(private_postgres(layout.log / "postgres.log"))
        yield {**check_environment(layout, env), "REDIS_URL": redis_url}, postgres_url


def check_environment(layout: Layout, env: Mapping[str, str]) -> dict[str, str]:
    """What ruff, mypy (whose plugin reads the settings) and pytest get."""
    kept = {name: value for name, value in env.items() if not name.startswith("DRYDOCK_") and name != "PORT"}
    return {
        **kept,
        "PATH": f"{layout.bin}{os.pathsep}{env.get('PATH', '')}",
        "DATABASE_URL": f"sqlite:///{layout.var / 'test' / 'drydock.sqlite3'}",
        "DRYDOCK_SECRET_KEY": "only for tests: " + "0" * 50,
        "DRYDOCK_VAR": str(layout.var / "test"),
    }


@contextmanager
def private_redis(log: Path) -> Iterator[str]:
    """A Redis for the length of the block, with nothing in it; yields its URL."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="drydock-redis-") as folder, log.open("ab") as out:
        argv = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", ""]
        server = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - there are no threads
        )
        try:
            deadline = time.monotonic() + 20
            while not can_connect("127.0.0.1", port):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise Problem(f"A private Redis did not start: {log} says why.")
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()
