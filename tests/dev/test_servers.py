"""Engines, Redis, PostgreSQL and ports: what is found, started, refused."""

import http.server
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dev import pids
from dev.console import Problem
from dev.engine import Engine, EngineUnreachable, RunningEngine, engine_answers
from dev.layout import Layout, free_port
from dev.postgres import private_postgres
from dev.redis_server import ReachableRedis, Redis, can_listen, choose_redis

ROOT = Path(__file__).resolve().parents[2]


def quiet(line: str, /) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.read({"DRYDOCK_VAR": str(tmp_path)})


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Another program that listens on the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


class _OldEngine(http.server.BaseHTTPRequestHandler):
    """Answers as Docker 19.03 does."""

    def do_GET(self) -> None:
        body = b'{"Version": "19.03.8", "ApiVersion": "1.40"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def old_engine(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "old.sock"
    with socketserver.UnixStreamServer(str(path), _OldEngine) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"unix://{path}"
        server.shutdown()
        thread.join()


def test_an_old_engine_is_refused(layout: Layout, old_engine: str) -> None:
    with pytest.raises(Problem, match=r"^The Docker engine is version 19\.03\.8; Drydock needs 20\.10 or newer\.$"):
        RunningEngine(layout, {"DOCKER_HOST": old_engine}).done()


@pytest.mark.parametrize("url", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_an_engine_that_does_not_answer_is_named(layout: Layout, url: str) -> None:
    step = RunningEngine(layout, {"DOCKER_HOST": url})
    assert not step.done()
    with pytest.raises(Problem) as raised:
        step.run(quiet)
    assert str(raised.value) == f"The Docker engine at {url} (from DOCKER_HOST) does not answer."


def test_an_address_that_is_not_understood_is_named(layout: Layout) -> None:
    with pytest.raises(Problem, match=r"^DOCKER_HOST is ssh://host; Drydock reaches engines at unix:// and tcp://"):
        RunningEngine(layout, {"DOCKER_HOST": "ssh://host"}).done()


def test_silence_is_unreachable(listener: socket.socket) -> None:
    with pytest.raises(EngineUnreachable, match="timed out"):
        Engine(f"tcp://127.0.0.1:{listener.getsockname()[1]}").get("/version", timeout=0.3)


@pytest.mark.docker
def test_the_engine_of_this_machine_is_found(layout: Layout) -> None:
    assert RunningEngine(layout, os.environ).done()
    assert engine_answers(os.environ)
    engine = Engine.read(os.environ)
    assert engine.image("drydock/no-such-image:latest") is None


def test_a_private_redis_keeps_its_port(layout: Layout) -> None:
    first = choose_redis(layout, {})
    assert choose_redis(layout, {}) == first
    assert first.private == layout.var / "redis"
    with socket.create_server(("127.0.0.1", first.port)):
        second = choose_redis(layout, {})
    assert second.port != first.port
    assert choose_redis(layout, {}) == second


def test_somebody_elses_redis_is_taken_as_it_is(layout: Layout) -> None:
    assert choose_redis(layout, {"REDIS_URL": "redis://redis.lan/3"}) == Redis("redis://redis.lan/3", None)


def test_a_redis_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(Problem, match=r"^The Redis at redis://127\.0\.0\.1:1/0 \(from REDIS_URL\) does not answer"):
        ReachableRedis(Redis("redis://:secret@127.0.0.1:1/0", None)).done()


def test_a_redis_that_answers_is_enough() -> None:
    url = os.environ["REDIS_URL"]
    assert ReachableRedis(Redis(url, None)).done()


def test_a_taken_port_is_one_sentence(listener: socket.socket, tmp_path: Path) -> None:
    port = listener.getsockname()[1]
    env = {**os.environ, "DRYDOCK_VAR": str(tmp_path), "PORT": str(port)}
    env.pop("DRYDOCK_ADDRESS", None)
    ended = subprocess.run([sys.executable, "-m", "dev", "serve"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"Port {port} on 127.0.0.1 is taken by another program (or is not this machine's): "
        f"choose another one, such as `make run PORT={port + 1}`.\n"
    )


def test_can_listen(listener: socket.socket) -> None:
    assert not can_listen("127.0.0.1", listener.getsockname()[1])
    assert can_listen("127.0.0.1", free_port())
    assert not can_listen("192.0.2.250", 80)


def test_a_private_postgres_answers_and_leaves_nothing(tmp_path: Path) -> None:
    with private_postgres(tmp_path / "postgres.log") as url:
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "select current_user, current_setting('listen_addresses'), current_setting('data_directory')"
            ).fetchone()
        assert row is not None
        assert row[:2] == ("postgres", "")
        folder = Path(row[2]).parent
        assert folder.stat().st_mode & 0o077 == 0
        leader = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        assert pids.is_running(leader, "postgres")
    assert not folder.exists()
    assert not pids.is_running(leader)


def test_pid_files_are_read_with_doubt(tmp_path: Path) -> None:
    path = tmp_path / "x.pid"
    assert pids.read(path) is None
    path.write_text("not a number")
    assert pids.read(path) is None
    path.write_text(f"{os.getpid()}\n")
    assert pids.read(path) == os.getpid()
    assert pids.is_running(os.getpid())
    assert not pids.is_running(os.getpid(), "dockerd")
    pids.remove_stale(path, "dockerd")
    assert not path.exists()
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert not pids.is_running(ended.pid)
