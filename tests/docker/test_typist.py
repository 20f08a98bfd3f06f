"""Somebody at the keys of a real terminal: what is typed arrives, its end is seen, and nobody stays."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from labs.keystrokes import keystrokes
from sandboxes import streams
from sandboxes.access import TerminalTarget
from sandboxes.errors import NotReady
from sandboxes.typist import NoPrompt, Typist, open_typist
from tests.docker.instance import Instance

pytestmark = [pytest.mark.docker, pytest.mark.asyncio]


@pytest.fixture
def target(instance: Instance) -> TerminalTarget:
    """A terminal of its own for each test."""
    return TerminalTarget(uuid4(), uuid4(), instance.spec.name, "", f"t-{uuid4().hex[:8]}", "confined", "")


@pytest_asyncio.fixture
async def typist(target: TerminalTarget) -> AsyncIterator[Typist]:
    async with open_typist(target) as sitting:
        yield sitting
    await streams.close_sessions()


async def types(typist: Typist, text: str, *, seconds: float = 60, interrupt: bool = False, stays: float = 0) -> bool:
    return await typist.type(keystrokes(text), seconds=seconds, interrupt=interrupt, stays=stays)


async def test_what_is_typed_has_ended_when_the_prompt_is_back(typist: Typist, instance: Instance) -> None:
    assert await types(typist, "sleep 1; touch /root/slept")
    assert instance.sh("ls /root/slept").code == 0
    assert typist.waits
    assert "touch /root/slept" in typist.screen


async def test_lines_that_belong_together_arrive_as_they_are_printed(typist: Typist, instance: Instance) -> None:
    assert await types(typist, "cat > /root/lines <<'END'\n\tit's\n$HOME \"\nEND")
    assert instance.sh("cat /root/lines").output == "\tit's\n$HOME \"\n"


async def test_a_block_goes_into_a_container_and_out_again(typist: Typist) -> None:
    assert await types(typist, "docker run -it --rm --hostname inner busybox sh\nhostname\nexit\nhostname")
    lines = typist.screen.splitlines()
    assert [line for line in lines if line in {"inner", "node1"}] == ["inner", "node1"]


async def test_a_key_ends_what_runs(typist: Typist) -> None:
    assert await types(typist, "ping localhost\n^C")
    assert "packets transmitted" in typist.screen


async def test_a_program_may_stay_in_the_foreground_until_it_is_interrupted(typist: Typist) -> None:
    assert not await types(typist, "sleep 1000", stays=1)
    assert await types(typist, "echo $((40 + 2))", interrupt=True)
    assert "42" in typist.screen.splitlines()


async def test_what_does_not_end_is_given_up(typist: Typist) -> None:
    with pytest.raises(NoPrompt, match="within 2 s"):
        await types(typist, "cat", seconds=2)
    assert await typist.give_up()
    with pytest.raises(NoPrompt):
        await types(typist, "sh -c \"trap '' INT; while :; do sleep 1; done\"", seconds=2)
    assert not await typist.give_up()
    assert await types(typist, "echo $((40 + 2))")


async def test_a_shell_that_exits_is_followed_by_a_new_one(typist: Typist) -> None:
    assert await types(typist, "gone=1; exit")
    assert await types(typist, 'echo "gone=$gone."')
    assert "gone=." in typist.screen.splitlines()


async def test_the_transcript_has_what_scrolled_away(typist: Typist) -> None:
    assert await types(typist, "seq 300")
    assert "\n7\n" not in typist.screen
    assert "\n7\n8\n" in await typist.transcript()


async def test_nobody_stays_at_the_terminal_and_the_shell_does(target: TerminalTarget, instance: Instance) -> None:
    async with open_typist(target) as typist:
        await types(typist, "here=yes")
    sessions = instance.run(["/usr/lib/drydock/terminal", "list"]).output.splitlines()
    assert [line.split()[1] for line in sessions if line.startswith(f"{target.session} ")] == ["0"]
    async with open_typist(target) as typist:
        await types(typist, 'echo "here=$here."')
        assert "here=yes." in typist.screen.splitlines()
    await streams.close_sessions()


async def test_without_a_sandbox_nobody_can_sit_down() -> None:
    nowhere = TerminalTarget(uuid4(), uuid4(), "drydock-test-nowhere", "", "t-x", "confined", "")
    with pytest.raises(NotReady):
        async with open_typist(nowhere):
            pass
    await streams.close_sessions()
