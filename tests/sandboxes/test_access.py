"""Who gets at a terminal, and in what words everybody else is refused."""

from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from sandboxes.access import Refused, open_terminal
from sandboxes.models import Sandbox, Terminal
from sandboxes.naming import container_name
from sandboxes.states import State
from tests.conftest import signed_in
from workshop.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


async def refusal(user: object, terminal_id: object, session: str | None = None) -> tuple[int, str, bool]:
    with pytest.raises(Refused) as caught:
        await open_terminal(user, terminal_id, session)  # type: ignore[arg-type]
    return caught.value.code, caught.value.sentence, caught.value.retry


@pytest.fixture
async def terminal(bobs: Sandbox) -> Terminal:
    await Sandbox.objects.filter(pk=bobs.pk).aupdate(state=State.READY)
    return await Terminal.objects.aget(instance__sandbox=bobs)


async def test_bob_gets_at_his_own(bob: User, terminal: Terminal, bobs: Sandbox) -> None:
    target = await open_terminal(bob, terminal.id)
    assert (target.container, target.session) == (container_name(bobs.id, 1), terminal.session)


async def test_a_stranger(terminal: Terminal) -> None:
    assert await refusal(AnonymousUser(), terminal.id) == (4401, "Sign in to use this terminal.", False)


async def test_carol_learns_nothing(carol: User, terminal: Terminal) -> None:
    sentence = "There is no such terminal, or it is not yours."
    assert await refusal(carol, terminal.id) == (4404, sentence, False)
    assert await refusal(carol, uuid4()) == (4404, sentence, False)


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        (State.STOPPED, "This sandbox was stopped. Start a new one to go on."),
        (State.EXPIRED, "The time of this sandbox is over. Start a new one to go on."),
        (State.LOST, "This sandbox is gone: its host was removed from outside. Start a new one to go on."),
    ],
)
async def test_a_sandbox_that_is_over(bob: User, terminal: Terminal, ending: State, says: str) -> None:
    await Sandbox.objects.aupdate(state=State.STOPPING, ending=ending)
    assert await refusal(bob, terminal.id) == (4410, says, False)
    await Sandbox.objects.aupdate(state=ending)
    assert await refusal(bob, terminal.id) == (4410, says, False)


async def test_a_closed_terminal(bob: User, terminal: Terminal) -> None:
    await Terminal.objects.aupdate(closed_at=timezone.now())
    assert await refusal(bob, terminal.id) == (4409, "This terminal was closed.", False)


async def test_a_sandbox_that_is_not_ready_yet(bob: User, terminal: Terminal) -> None:
    await Sandbox.objects.aupdate(state=State.PREPARING)
    assert await refusal(bob, terminal.id) == (4425, "The sandbox is not ready yet.", True)


async def test_signing_out_ends_it(bob: User, terminal: Terminal) -> None:
    client = await sync_to_async(signed_in)(bob)
    session = client.session.session_key
    assert (await open_terminal(bob, terminal.id, session)).terminal_id == terminal.id
    await sync_to_async(client.logout)()
    assert (await refusal(bob, terminal.id, session))[0] == 4401


async def test_a_closed_account(bob: User, terminal: Terminal) -> None:
    await User.objects.filter(pk=bob.pk).aupdate(is_active=False)
    assert (await refusal(bob, terminal.id))[0] == 4401
