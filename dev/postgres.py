"""A PostgreSQL server for one test run."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from dev.child import die_with
from dev.console import Problem
from dev.packages import postgres_folder

# Nobody needs this data after a power cut.
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_START_SECONDS = 30


@contextmanager
def private_postgres(log: Path) -> Iterator[str]:
    """A fresh server on a socket in a folder that only its owner can enter; yields a DATABASE_URL.

    As root it runs as the distribution's user ``postgres``, because the server refuses root; its folder is
    outside the checkout, which that user may not be able to enter. Raises Problem when it does not start.
    """
    binaries = postgres_folder()
    if binaries is None:
        raise Problem("PostgreSQL is not installed: apt-get install postgresql.")
    # A short path: a socket's name may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="drydock-pg-", dir="/tmp"))
    user = _server_user()
    if user is not None:
        os.chown(folder, user, -1)
    try:
        with log.open("ab") as out:
            _initialise(binaries, folder, user, out.fileno())
            options = [word for setting in _FAST for word in ("-c", setting)]
            server = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", *options],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                user=user,
                cwd=folder,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - there are no threads
            )
        try:
            _wait(binaries, folder, server, log)
            yield f"postgres://postgres@{quote(str(folder), safe='')}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": ends sessions and stops
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> int | None:
    """Who the server runs as: None for ourselves."""
    return pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None


def _initialise(binaries: Path, folder: Path, user: int | None, out: int) -> None:
    argv = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "--auth=trust", "--no-sync"]
    argv += ["--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(argv, user=user, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False)
    if done.returncode:
        raise Problem("The PostgreSQL for the tests could not be set up: var/log/postgres.log says why.")


def _wait(binaries: Path, folder: Path, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if not subprocess.run([binaries / "pg_isready", "-q", "-h", folder], check=False).returncode:
            return
        time.sleep(0.1)
    raise Problem(f"The PostgreSQL for the tests did not start: {log} says why.")
