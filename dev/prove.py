"""``make prove``: the proof of all labs, with a Redis, a worker and a database of its own."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from dev.checks import private_redis
from dev.child import die_with
from dev.console import Console
from dev.layout import Address, Layout
from dev.site import Database, site_env

_WORKER_GRACE = 20
"""Seconds in which a worker ends what it is at: a sandbox that is being removed."""
_OTHERS = ("DATABASE_URL", "REDIS_URL", "DRYDOCK_SECRET_KEY", "DRYDOCK_SECRET_KEY_FILE")
"""Would make this a second worker of somebody's site, which would take the sandboxes there for lost."""


def prove(layout: Layout, env: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Prove what the arguments of ``manage.py prove`` name; everything else must be prepared already. Returns its status."""
    own = Layout(layout.root, layout.var / "prove")
    for folder in (own.log, own.run):
        folder.mkdir(parents=True, exist_ok=True)
    report = layout.var / "test" / "proof.xml"
    with private_redis(layout.log / "redis-prove.log") as redis_url:
        plain = {name: value for name, value in env.items() if name not in _OTHERS}
        site = site_env(own, plain, Address("127.0.0.1", 0), redis_url)
        Console().perform([Database(own, site)])
        with _worker(own, site):
            argv = [layout.python, layout.root / "manage.py", "prove", "--junit", report, *arguments]
            return _run([str(word) for word in argv], site, layout.root)


@contextmanager
def _worker(layout: Layout, env: Mapping[str, str]) -> Iterator[None]:
    """A worker with beat in it, until the end of the block. Its log is worker.log of this installation."""
    argv = [layout.bin / "celery", "-A", "workshop", "worker", "--beat", "--schedule", layout.var / "celerybeat-schedule"]
    argv += ["--loglevel", "INFO", "--concurrency", "4", "--hostname", "prove@%h"]
    with (layout.log / "worker.log").open("ab") as log:
        worker = _start([str(word) for word in argv], env, layout.root, log.fileno())
        try:
            yield
        finally:
            worker.terminate()
            try:
                worker.wait(_WORKER_GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()


def _run(argv: list[str], env: Mapping[str, str], cwd: Path) -> int:
    """Run to the end. Ctrl-C is handed on once, for the sandboxes to be ended; a second one ends it at once."""
    process = _start(argv, env, cwd, None)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            return process.wait()
        finally:
            process.kill()
            process.wait()


def _start(argv: list[str], env: Mapping[str, str], cwd: Path, output: int | None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        # Ctrl-C at the terminal reaches us alone; we say who ends when.
        start_new_session=True,
        preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - there are no threads
    )
