"""The way into an instance: exit status, terminal, size, and bytes in both directions at once."""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from docker import APIClient, DockerClient

from tests.docker.instance import Instance, client, execute

pytestmark = pytest.mark.docker

LINE = b"0123456789abcdefghijklmnopqrstuvwxyz+/-\n"
PASTE = LINE * (1_000_000 // len(LINE))
SUM = hashlib.sha256(PASTE).hexdigest().encode()
GO = "stty raw -echo; echo go; "


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerClient]:
    docker_client = client()
    yield docker_client
    docker_client.close()


@dataclass
class Terminal:
    """An exec with a TTY, as the product's gateway opens it."""

    api: APIClient
    exec_id: str
    stream: socket.socket
    seen: bytes = field(default=b"")

    def send(self, data: bytes) -> None:
        self.stream.sendall(data)

    def until(self, wanted: bytes, seconds: float = 20) -> bytes:
        """Read until this has come since the last call; all of that."""
        limit = time.monotonic() + seconds
        while wanted not in self.seen:
            self.stream.settimeout(max(0.01, limit - time.monotonic()))
            data = self.stream.recv(65536)
            assert data, self.seen[-500:]
            self.seen += data
        end = self.seen.index(wanted) + len(wanted)
        read, self.seen = self.seen[:end], self.seen[end:]
        return read

    def resize(self, rows: int, columns: int) -> None:
        self.api.exec_resize(self.exec_id, height=rows, width=columns)

    def exit_code(self) -> int:
        """Read to the end and wait for the engine to know."""
        self.stream.settimeout(20)
        while self.stream.recv(65536):
            pass
        return int(self.api.exec_inspect(self.exec_id)["ExitCode"])


@contextmanager
def terminal(engine: DockerClient, instance: Instance, argv: Sequence[str]) -> Iterator[Terminal]:
    api = engine.api
    made = api.exec_create(
        instance.container.id, instance.profile.enter(argv), stdin=True, tty=True, environment={"TERM": "xterm-256color", "SECRET": "outer"}
    )
    opened = api.exec_start(made["Id"], tty=True, socket=True)
    stream = cast("socket.socket", cast("Any", opened)._sock)
    try:
        yield Terminal(api, made["Id"], stream)
    finally:
        opened.close()
        stream.close()


@pytest.mark.parametrize(
    ("argv", "code"),
    [(["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -9 $$"], 137), (["no-such-command"], 127), (["/etc/passwd"], 126)],
)
def test_exit_status(engine: DockerClient, instance: Instance, argv: list[str], code: int) -> None:
    assert instance.run(argv).code == code
    with terminal(engine, instance, argv) as shell:
        assert shell.exit_code() == code


def test_environment_is_the_learners_own(engine: DockerClient, instance: Instance) -> None:
    with terminal(engine, instance, ["env"]) as shell:
        shell.stream.settimeout(20)
        output = b""
        while data := shell.stream.recv(65536):
            output += data
    assert sorted(output.decode().split()) == [
        "HOME=/root",
        "LANG=C.UTF-8",
        "LOGNAME=root",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "SHELL=/bin/bash",
        "TERM=xterm-256color",
        "USER=root",
    ]


def test_terminal_is_the_instances_own_and_follows_its_size(engine: DockerClient, instance: Instance) -> None:
    with terminal(engine, instance, []) as shell:
        shell.until(b" $ ")
        shell.resize(41, 133)
        time.sleep(0.3)
        shell.send(b"tty; stty size\r")
        answer = shell.until(b"41 133")
        assert b"/dev/pts/" in answer
        shell.send(b"exit 3\r")
        assert shell.exit_code() == 3


def test_interrupt_reaches_the_foreground(engine: DockerClient, instance: Instance) -> None:
    with terminal(engine, instance, []) as shell:
        shell.until(b" $ ")
        shell.send(b"yes\r")
        shell.until(b"y\r\ny\r\n")
        started = time.monotonic()
        shell.send(b"\x03")
        shell.until(b"^C")
        shell.until(b" $ ")
        assert time.monotonic() - started < 3
        shell.send(b"exit\r")
        assert shell.exit_code() == 130


def test_large_paste_arrives_whole(engine: DockerClient, instance: Instance) -> None:
    with terminal(engine, instance, ["sh", "-c", f"{GO} head -c {len(PASTE)} | sha256sum"]) as shell:
        shell.until(b"go\n")
        shell.send(PASTE)
        assert SUM in shell.until(b"-")


def test_both_directions_at_once(engine: DockerClient, instance: Instance) -> None:
    """Each side writes as much as the other reads: whoever blocks on a write stops both."""
    with terminal(engine, instance, ["sh", "-c", f"{GO} cat"]) as shell:
        shell.until(b"go\n")
        sender = threading.Thread(target=shell.send, args=(PASTE,))
        sender.start()
        echoed = hashlib.sha256()
        missing = len(PASTE)
        shell.stream.settimeout(30)
        while missing:
            data = shell.stream.recv(65536)
            assert data
            echoed.update(data)
            missing -= len(data)
        sender.join(10)
        assert echoed.hexdigest().encode() == SUM


def test_paste_into_a_flood(engine: DockerClient, instance: Instance) -> None:
    """Nobody reads the flood while the paste goes in; the paste must still get through."""
    script = f"{GO} yes flood & head -c {len(PASTE)} | sha256sum > /tmp/sum; kill $!; cat /tmp/sum"
    with terminal(engine, instance, ["sh", "-c", script]) as shell:
        shell.until(b"go\n")
        sender = threading.Thread(target=shell.send, args=(PASTE,))
        sender.start()
        time.sleep(0.5)
        shell.until(SUM, 60)
        sender.join(10)


def test_output_of_a_command_that_ends_at_once_is_whole(engine: DockerClient, instance: Instance) -> None:
    with terminal(engine, instance, ["sh", "-c", f"{GO} head -c 3000000 /dev/zero | tr '\\0' x; echo end"]) as shell:
        assert shell.until(b"end\n").count(b"x") == 3_000_000


def test_hang_up_ends_the_command(engine: DockerClient, instance: Instance) -> None:
    with terminal(engine, instance, ["sh", "-c", f"{GO} exec sleep 4242"]) as shell:
        shell.until(b"go\n")
        found = execute(instance.container, ["pgrep", "-fx", "/usr/lib/drydock/init enter .*sleep 4242"]).output.split()
        assert len(found) == 1
        # what the kernel sends when the terminal's other side is closed
        assert execute(instance.container, ["kill", "-HUP", *found]).code == 0
        assert shell.exit_code() == 129
    assert instance.sh("pgrep -x sleep -a | grep -c 4242 || true").output.strip() == "0"


def test_plain_streams_without_a_terminal(instance: Instance) -> None:
    result = instance.sh("test ! -t 0; test ! -t 1; echo out; echo err >&2; cat")
    assert sorted(result.output.split()) == ["err", "out"]
    assert result.code == 0


def test_instance_that_is_not_up_says_so(instance: Instance) -> None:
    result = execute(instance.container, ["sh", "-c", "mv /run/drydock/pid /run/drydock/away; /usr/lib/drydock/init enter true"])
    execute(instance.container, ["mv", "/run/drydock/away", "/run/drydock/pid"])
    assert result.code == 125
    assert result.output == "drydock: this instance is not up\n"
    assert instance.run(["true"]).code == 0
