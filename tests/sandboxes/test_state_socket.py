"""The state socket: one's own state, at once and on every change; for others a close code."""

import pytest
from asgiref.sync import sync_to_async

from sandboxes import services
from sandboxes.models import Sandbox
from tests.conftest import signed_in
from tests.sockets import connect
from workshop.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/ws/sandbox/docker-101/"


async def test_bob_sees_his_sandbox_and_every_change(bob: User, bobs: Sandbox) -> None:
    socket = await connect(PATH, bob)
    assert (await socket.json())["sandbox"]["state"] == "waiting"
    await sync_to_async(services.stop)(sandbox=bobs)
    state = (await socket.json())["sandbox"]
    assert (state["state"], state["ending"]) == ("stopping", "stopped")
    await socket.leave()


async def test_carol_sees_her_own_which_is_none(bobs: Sandbox, carol: User) -> None:
    socket = await connect(PATH, carol)
    assert (await socket.json())["sandbox"] is None
    await socket.leave()


async def test_a_ping_is_answered_and_nonsense_is_not(bob: User) -> None:
    socket = await connect(PATH, bob)
    await socket.json()
    await socket.send_text("{nonsense")
    await socket.send_text('{"type": "ping"}')
    assert await socket.json() == {"type": "pong"}
    await socket.leave()


async def test_a_stranger(transactional_db: None) -> None:
    assert await (await connect(PATH, None)).close_code() == 4401


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:9", "null"])
async def test_a_page_from_elsewhere(bob: User, origin: str) -> None:
    assert await (await connect(PATH, bob, origin=origin)).close_code() == 4403


async def test_signing_out_ends_it_at_once(bob: User, bobs: Sandbox) -> None:
    client = await sync_to_async(signed_in)(bob)
    socket = await connect(PATH, bob, client=client)
    await socket.json()
    await sync_to_async(client.post)("/accounts/logout/")
    assert await socket.close_code() == 4401
