"""The take-home pack of a real sandbox: what Bob typed and saw, his files, and what stays behind."""

import asyncio
import io
import zipfile
from typing import Any

import pytest

from sandboxes import engines, lifecycle, services, streams
from sandboxes.docker_backend import DockerBackend
from sandboxes.models import Engine, Sandbox, Terminal
from sandboxes.profiles import get_profile
from sandboxes.states import State
from sandboxes.takeout import FILES_LIMIT, take_out
from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.curriculum.models import Module

pytestmark = pytest.mark.docker

ROOT = "docker-101-pack"
NODE = f"{ROOT}/my-work/docker-101/node1"
MESS = r"""
mkdir -p web/deep .cache/x node_modules/y 'odd: name?' && echo hello >web/index.html && echo '#!/bin/sh' >web/run.sh && chmod +x web/run.sh
echo junk >.cache/x/junk && echo junk >node_modules/y/junk && ln -s /etc/shadow link && mkfifo pipe && ln web/index.html web/same.html
echo a >$'new\nline' && echo b >'-rf' && echo c >'odd: name?/tab	here' && echo d >$'\xff'
head -c 15000000 /dev/urandom >large && head -c 12000000 /dev/urandom >later && truncate -s 3000000000 empty
"""


@pytest.fixture(autouse=True)
def real(backend: DockerBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "backend_for", lambda engine: backend)


@pytest.fixture
def ready(bobs: Sandbox, engine: Engine) -> Sandbox:
    lifecycle.admit(engine_id=engine.pk)
    lifecycle.provision(sandbox_id=bobs.id)
    return services.ready(owner=bobs.owner, purpose=bobs.purpose)


def run(sandbox: Sandbox, script: str) -> services.Outcome:
    return services.at_once(services.run_inside(services.place(sandbox), ["bash", "-c", script], timeout=60))


def type_in(sandbox: Sandbox, terminal: Terminal, lines: str, until: str) -> None:
    """Open the terminal as a browser does, type, and wait until the screen shows a text."""

    async def typed() -> None:
        argv = get_profile("confined").enter(["/usr/lib/drydock/terminal", "attach", terminal.session, "viewer"])
        where = services.place(sandbox)
        endpoint = streams.EngineEndpoint.from_url(where.engine_url)
        shell = await streams.open_shell(endpoint, where.container, argv, 60, 20, {"TERM": "xterm-256color", "LANG": "C.UTF-8"})
        try:
            shell.write(lines.encode())
            seen = b""
            async with asyncio.timeout(60):
                while until.encode() not in seen:
                    seen += await shell.read()
        finally:
            shell.close()

    services.at_once(typed())


def unpacked(response: Any) -> dict[str, bytes]:
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_whole_pack(ready: Sandbox, bob: User, curriculum: Module) -> None:
    terminal = Terminal.objects.get(instance__sandbox=ready)
    Terminal.objects.create(instance=terminal.instance, title="Never opened")
    # 300 lines are more than the screen has, one is longer than it is wide, and one is not ASCII.
    long_line = "x" * 100
    type_in(ready, terminal, f"seq 300\necho {long_line}; echo Gr\u00fc\u00dfe\necho th'e e'nd\n", "the end")
    run(ready, MESS)
    files = unpacked(signed_in(bob).post("/learning/pack/file/", {"module": "docker-101"}))
    transcript = files[f"{NODE}/terminals/Terminal 1.txt"].decode().splitlines()
    assert {"1", "150", "300", long_line, "Gr\u00fc\u00dfe", "the end"} <= set(transcript)
    assert not any("Never opened" in name for name in files)
    assert files[f"{NODE}/commands.txt"].decode().splitlines()[0] == "seq 300"
    mine = {name.removeprefix(f"{NODE}/files/"): content for name, content in files.items() if name.startswith(f"{NODE}/files/")}
    assert {name for name in mine if not name.startswith(".")} == {
        "web/index.html", "web/run.sh", "web/same.html", "new_line", "-rf", "odd_ name_/tab_here", "_", "later",
    }  # fmt: skip
    assert (mine["web/index.html"], mine["web/same.html"], len(mine["later"])) == (b"hello\n", b"hello\n", 12_000_000)
    left_out = files[f"{ROOT}/my-work/docker-101/left-out.txt"].decode()
    for line in (
        "node1: .cache: a cache, which can be made again",
        "node1: node_modules: a cache, which can be made again",
        "node1: link: a link",
        "node1: pipe: a pipe",
        "node1: large: there was no room for its 14.3 MB",
        "node1: empty: there was no room for its 2861.0 MB",
    ):
        assert line in left_out.splitlines()
    assert "left-out.txt lists 6 entries" in files[f"{ROOT}/README.txt"].decode()


def test_the_compose_file_is_one(ready: Sandbox, bob: User, curriculum: Module) -> None:
    compose = unpacked(signed_in(bob).post("/learning/pack/file/", {"module": "docker-101"}))[f"{ROOT}/compose.yaml"]
    services.at_once(services.put_files(services.place(ready), [services.FileToPut("compose.yaml", compose)], "/root/home"))
    outcome = run(ready, "cd /root/home && docker compose --profile images config")
    assert (outcome.status, b"registry:2=registry:2" in outcome.output) == (0, True), outcome.output


def test_what_a_learner_breaks_harms_nobody_else(ready: Sandbox) -> None:
    run(ready, "printf '#!/bin/sh\\nyes' >/usr/local/bin/tar && chmod +x /usr/local/bin/tar && echo mine >/root/mine")
    (taken,) = take_out(sandbox=ready)
    assert (taken.files, taken.transcripts, taken.commands) == ((), (), "")
    assert "mine" in [each.path for each in taken.left_out]
    run(ready, "rm /usr/local/bin/tar; i=0; while [ $i -lt 30 ]; do head -c 1000000 /dev/urandom >/root/part$i; i=$((i+1)); done")
    (taken,) = take_out(sandbox=ready)
    assert sum(len(file.content) for file in taken.files) <= FILES_LIMIT
    assert len([file for file in taken.files if file.path.startswith("part")]) == 20


def test_a_sandbox_that_has_gone(ready: Sandbox, bob: User, backend: DockerBackend, curriculum: Module) -> None:
    backend.destroy(ready.pk)
    client = signed_in(bob)
    answer = client.post("/learning/pack/file/", {"module": "docker-101"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not-ready")
    assert f"{ROOT}/pages.html" in unpacked(client.post("/learning/pack/file/", {"module": "docker-101", "without": "sandbox"}))
    lifecycle.sweep(engine=ready.engine)
    ready.refresh_from_db()
    assert ready.ending == State.LOST
