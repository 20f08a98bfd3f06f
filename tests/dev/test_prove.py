"""``make prove``: servers of its own, a report, and an orderly end."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dev import __main__ as commands
from dev import prove
from dev.layout import ROOT, Layout

MODULE = """\
title: Tiny
summary: s
minutes: 10
level: beginner
position: 1
tracks: [introduction]
objectives: [o]
"""
PAGE = """\
---
title: Start
minutes: 10
kind: lab
lab: tiny-start
---
## Make a file

```sh run
touch here
```

```sh check
[ -e /root/here ]
```
"""


def write(folder: Path) -> Path:
    module = folder / "modules" / "tiny"
    module.mkdir(parents=True)
    (module / "module.yaml").write_text(MODULE)
    (module / "01-start.md").write_text(PAGE)
    return folder


def mine(var: Path) -> list[str]:
    """Processes of this installation."""
    mark = f"DRYDOCK_VAR={var}".encode()
    return [folder.name for folder in Path("/proc").iterdir() if folder.name.isdecimal() and mark in environment(folder)]


def environment(folder: Path) -> bytes:
    try:
        return (folder / "environ").read_bytes()
    except OSError:
        return b""


@pytest.mark.docker
def test_a_course_is_proved_and_nothing_of_it_runs_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    var = tmp_path / "var"
    layout = Layout.read({"DRYDOCK_VAR": str(var)})
    # Of somebody's own site: it must not be touched.
    foreign = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/0"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DRYDOCK_") or name == "DRYDOCK_SANDBOX_IMAGE"}
    env = {**kept, **foreign, "DRYDOCK_CONTENT": str(write(tmp_path / "content"))}
    assert prove.prove(layout, env, ["tiny"]) == 0
    assert "proof: 1 of 1 labs hold, 0 failed, 1 of 1 steps" in capfd.readouterr().out
    assert 'name="tiny-start"' in (var / "test" / "proof.xml").read_text()
    assert mine(var / "prove") == []
    worker = (var / "prove" / "log" / "worker.log").read_text()
    assert len(re.findall(r"Sandbox \S+ of owner \S+ has ended: stopped", worker)) == 1


def test_the_first_ctrl_c_is_handed_on_and_waited_for(tmp_path: Path) -> None:
    ready, ended = tmp_path / "ready", tmp_path / "ended"
    program = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n"
        f"    pathlib.Path({str(ready)!r}).touch(); time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        f"    time.sleep(0.5); pathlib.Path({str(ended)!r}).touch(); sys.exit(130)\n"
    )

    def interrupt() -> None:
        while not ready.exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    # Whoever runs the tests in the background has SIGINT ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=interrupt).start()
        assert prove._run([sys.executable, "-c", program], os.environ, tmp_path) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.exists()


def test_only_the_proof_takes_more_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.main(["lint", "docker-101"])
    assert "unknown words: docker-101" in capsys.readouterr().err


def test_the_makefile_hands_its_arguments_on() -> None:
    argv = ["make", "--no-print-directory", "-n", "prove", "ARGS=docker-101 --parallel 2"]
    shown = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "dev/bootstrap.sh prove docker-101 --parallel 2"
