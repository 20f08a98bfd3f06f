"""Checks in a real instance: what they answer, and what a learner cannot do about it."""

import io
import tarfile
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from labs.checking import look, run_checks
from labs.script import Check
from sandboxes import streams
from sandboxes.inside import FileToPut, Place, get_archive, put_files, run
from tests.docker.instance import Instance

pytestmark = [pytest.mark.docker, pytest.mark.asyncio]


@pytest_asyncio.fixture
async def where(instance: Instance) -> AsyncIterator[Place]:
    yield Place(instance.spec.name, "")
    await streams.close_sessions()


async def answers(where: Place, checks: Mapping[str, str], *, seconds: int = 10, since: int = 0) -> dict[str, tuple[str, str]]:
    found = await run_checks(where, {name: Check(source, "", seconds) for name, source in checks.items()}, since=since)
    return {name: (answer.state, answer.message) for name, answer in found.items()}


async def test_the_exit_status_decides_and_the_last_line_is_the_message(where: Place) -> None:
    checks = {
        "yes": "exit 0",
        "no": "exit 3",
        "words": "echo first; echo 'nginx is running, but port 80 is not published'; exit 1",
        "noise": "docker inspect no-such-thing; exit 1",
        "last": "false",
    }
    assert await answers(where, checks) == {
        "yes": ("done", ""),
        "no": ("open", ""),
        "words": ("open", "nginx is running, but port 80 is not published"),
        "noise": ("open", "[]"),
        "last": ("open", ""),
    }


async def test_a_check_that_cannot_answer_is_broken_and_spoils_no_other(where: Place) -> None:
    found = await run_checks(
        where,
        {
            "slow": Check("sleep 60", "", 1),
            "stubborn": Check("trap '' TERM; while :; do sleep 1; done", "", 1),
            "missing": Check("/no/such/tool", "", 5),
            "flood": Check("yes; exit 1", "", 2),
            "fine": Check("true", "", 5),
        },
    )
    assert {name: answer.state for name, answer in found.items()} == {
        "slow": "broken", "stubborn": "broken", "missing": "broken", "flood": found["flood"].state, "fine": "done",
    }  # fmt: skip
    assert found["flood"].state in {"broken", "open"}
    assert found["slow"].message == "The check did not answer within 1 seconds. That is not your fault: it is tried again."


async def test_the_message_is_short_and_has_no_control_characters(where: Place) -> None:
    found = await answers(where, {"long": "printf 'a\\033[31m%01000d' 7; exit 1"})
    state, message = found["long"]
    assert (state, message[:5], len(message)) == ("open", "a[31m", 300)


async def test_what_a_learner_leaves_in_shells_and_home_changes_no_answer(where: Place) -> None:
    trick = "test() { return 0; }; export -f test; true() { return 1; }; export -f true; exit() { builtin exit 0; }; export -f exit"
    files = [
        FileToPut(name, f"{trick}\nalias test=true\nexit 0\n".encode()) for name in (".bashrc", ".bash_profile", ".profile", ".bash_env")
    ]
    await put_files(where, files)
    await run(where, ["sh", "-c", "echo BASH_ENV=/root/.bash_env >> /etc/environment; echo 'exit 0' > /root/check.sh"])
    assert await answers(where, {"trick": "test -e /root/never", "plain": "test -e /root/.bashrc"}) == {
        "trick": ("open", ""),
        "plain": ("done", ""),
    }


async def test_programs_that_the_learner_replaced_are_not_asked(instance: Instance, where: Place) -> None:
    fake = "printf '#!/bin/sh\\nexit 0\\n' | tee"
    first = f"cd /usr/local/bin; {fake} bash timeout docker test base64 >/dev/null; chmod 755 *"
    real = f"cp /usr/bin/timeout /root/timeout; {fake} /usr/bin/timeout /usr/bin/docker >/dev/null"
    assert instance.sh(f"{first}; {real}").code == 0
    found = await answers(where, {"container": "docker inspect no-such-container", "plain": "test -d /root"})
    assert found == {"container": ("open", "[]"), "plain": ("done", "")}
    # For the learner everything is as they left it.
    assert instance.run(["sh", "-c", "docker inspect no-such-container; ls /usr/local/bin"]).output.split()[:2] == ["answer", "base64"]
    await run(where, ["sh", "-c", "rm /usr/local/bin/bash /usr/local/bin/t* /usr/local/bin/base64; cp /root/timeout /usr/bin/timeout"])


@pytest.mark.parametrize(
    ("harm", "cure"),
    [
        ("echo /root/evil.so > /etc/ld.so.preload", "rm /etc/ld.so.preload"),
        ("cp -rL /usr/lib64 /root/lib64; ln -sfn /root/lib64 /lib64", "ln -sfn usr/lib64 /lib64"),
    ],
)
async def test_a_loader_of_the_learners_own_breaks_the_check(where: Place, harm: str, cure: str) -> None:
    await run(where, ["sh", "-c", harm])
    found = await answers(where, {"plain": "true"})
    await run(where, ["sh", "-c", cure])
    assert found["plain"][0] == "broken"
    assert await answers(where, {"plain": "true"}) == {"plain": ("done", "")}


async def test_a_forged_answer_is_not_one(where: Place) -> None:
    forged = 'for mark in 0000000000000000 mark; do echo "$mark forged 0 "; done; exit 1'
    assert await answers(where, {"forged": forged}) == {"forged": ("open", "mark forged 0")}


async def test_files_go_in_and_come_out(where: Place) -> None:
    big = bytes(range(256)) * 700
    await put_files(where, [FileToPut("pack/a/run.sh", b"#!/bin/sh\n", 0o755), FileToPut("pack/big", big)])
    assert (await run(where, ["stat", "-c", "%a %U", "/root/pack/a/run.sh"])).output == b"755 root\n"
    archive = await get_archive(where, "/root/pack", limit=1 << 20, exclude=["./a"])
    with tarfile.open(fileobj=io.BytesIO(archive)) as found:
        content = found.extractfile("./big")
        assert content is not None
        assert content.read() == big
        assert "./a/run.sh" not in found.getnames()
    with pytest.raises(ValueError, match="/root/pack has more than 1000 bytes"):
        await get_archive(where, "/root/pack", limit=1000)


async def test_no_checks_need_no_instance() -> None:
    assert await run_checks(Place("no-such-container", ""), {}) == {}


async def test_a_second_look_runs_nothing_until_something_changes(where: Place) -> None:
    checks = {"ran": Check("echo x >> /tmp/ran; false")}
    first = await look(where, checks)
    again = await look(where, checks, before=first.seen)
    assert (first.answers["ran"].state, again.answers, again.seen) == ("open", {}, first.seen)
    assert (await run(where, ["cat", "/tmp/ran"])).output == b"x\n"
    assert (await run(where, ["docker", "run", "--name", "news", "busybox", "echo", "news"], clean=True)).output == b"news\n"
    assert (await look(where, checks, before=first.seen)).answers["ran"].state == "open"
