"""The doors over HTTP: for each one the owner, another learner, a stranger, a wrong method and bad input."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from sandboxes.models import Sandbox, Terminal
from sandboxes.states import State
from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.curriculum.models import Module

START = "/modules/docker-101/sandbox/"


@pytest.fixture
def terminal(bobs: Sandbox) -> Terminal:
    return Terminal.objects.get(instance__sandbox=bobs)


def doors(sandbox: Sandbox, terminal: Terminal) -> dict[str, str]:
    """Every address and its method."""
    return {
        START: "POST",
        f"/sandboxes/{sandbox.id}/": "GET",
        f"/sandboxes/{sandbox.id}/stop/": "POST",
        f"/sandboxes/{sandbox.id}/terminals/": "POST",
        f"/terminals/{terminal.id}/rename/": "POST",
        f"/terminals/{terminal.id}/close/": "POST",
    }


def test_a_stranger_is_told_to_sign_in(client: Client, bobs: Sandbox, terminal: Terminal, curriculum: Module) -> None:
    for path, method in doors(bobs, terminal).items():
        response = client.generic(method, path)
        assert (path, response.status_code) == (path, 401)
        assert response.json() == {"error": {"code": "signed-out", "message": "Sign in first; your work is kept.", "retryable": False}}


def test_carol_finds_nothing_of_bobs(carol: User, bobs: Sandbox, terminal: Terminal, curriculum: Module) -> None:
    client = signed_in(carol)
    for path, method in doors(bobs, terminal).items():
        if path != START:
            assert (path, client.generic(method, path).status_code) == (path, 404)
    bobs.refresh_from_db()
    terminal.refresh_from_db()
    assert (bobs.state, terminal.closed_at, terminal.title) == (State.WAITING, None, "Terminal 1")


def test_a_wrong_method(bob: User, bobs: Sandbox, terminal: Terminal, curriculum: Module) -> None:
    client = signed_in(bob)
    for path, method in doors(bobs, terminal).items():
        wrong = "GET" if method == "POST" else "POST"
        response = client.generic(wrong, path)
        assert (path, response.status_code, response.headers["Allow"]) == (path, 405, method)


def test_a_post_without_its_token_is_refused(bob: User, bobs: Sandbox, terminal: Terminal, curriculum: Module) -> None:
    client = signed_in(bob, csrf=True)
    for path, method in doors(bobs, terminal).items():
        if method == "POST":
            assert (path, client.post(path).status_code) == (path, 403)


def test_starting_answers_201_and_then_200(bob: User, curriculum: Module) -> None:
    client = signed_in(bob)
    first, second = client.post(START), client.post(START)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["sandbox"]["id"] == second.json()["sandbox"]["id"]
    assert first.json()["sandbox"]["position"] == 1


def test_starting_for_a_module_that_is_not_there(bob: User, curriculum: Module) -> None:
    client = signed_in(bob)
    assert client.post("/modules/nothing/sandbox/").status_code == 404
    Module.objects.update(withdrawn=True)
    assert client.post(START).status_code == 404
    assert not Sandbox.objects.exists()


def test_the_quota_is_an_answer_with_words(bob: User, bobs: Sandbox, curriculum: Module) -> None:
    Sandbox.objects.update(purpose="security")
    response = signed_in(bob).post(START)
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "quota"
    assert "Stop that one first" in response.json()["error"]["message"]


def test_bob_sees_and_stops_his_own(bob: User, bobs: Sandbox) -> None:
    client = signed_in(bob)
    assert client.get(f"/sandboxes/{bobs.id}/").json()["sandbox"]["state"] == "waiting"
    response = client.post(f"/sandboxes/{bobs.id}/stop/")
    assert (response.status_code, response.json()["sandbox"]["state"]) == (202, "stopping")


def test_terminals_are_opened_renamed_and_closed(bob: User, bobs: Sandbox) -> None:
    client = signed_in(bob)
    opened = client.post(f"/sandboxes/{bobs.id}/terminals/")
    assert opened.status_code == 201
    assert (opened.json()["title"], opened.json()["instance"]) == ("Terminal 2", "node1")
    path = f"/terminals/{opened.json()['id']}"
    renamed = client.post(f"{path}/rename/", json.dumps({"title": "  my   logs "}), content_type="application/json")
    assert renamed.json()["title"] == "my logs"
    assert client.post(f"{path}/close/").status_code == 200
    assert client.post(f"{path}/close/").status_code == 200
    assert [t["title"] for t in client.get(f"/sandboxes/{bobs.id}/").json()["sandbox"]["terminals"]] == ["Terminal 1"]


def test_a_closed_title_is_free_again(bob: User, bobs: Sandbox, terminal: Terminal) -> None:
    client = signed_in(bob)
    client.post(f"/terminals/{terminal.id}/close/")
    assert client.post(f"/sandboxes/{bobs.id}/terminals/").json()["title"] == "Terminal 1"


def test_the_ninth_terminal(bob: User, bobs: Sandbox) -> None:
    client = signed_in(bob)
    answers = [client.post(f"/sandboxes/{bobs.id}/terminals/") for _ in range(8)]
    assert [answer.status_code for answer in answers] == [201] * 7 + [409]
    assert answers[-1].json()["error"]["message"] == "8 terminals are open, which is the most. Close one first."


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("{", "application/json", "The body is not JSON."),
        ('{"title": 7}', "application/json", "The body must be a JSON object whose values are texts."),
        ('{"title": " "}', "application/json", "A title has 1 to 40 characters."),
        ('{"title": "%s"}' % ("x" * 41), "application/json", "A title has 1 to 40 characters."),
        ('{"title": "%s"}' % ("x" * 70_000), "application/json", "The request is too large."),
        ("", "application/x-www-form-urlencoded", "A title has 1 to 40 characters."),
    ],
)
def test_bad_input_is_named(bob: User, terminal: Terminal, body: str, kind: str, says: str) -> None:
    response = signed_in(bob).post(f"/terminals/{terminal.id}/rename/", body, content_type=kind)
    assert response.status_code in {400, 409}
    assert response.json()["error"]["message"] == says


def test_an_instance_that_is_not_there(bob: User, bobs: Sandbox) -> None:
    response = signed_in(bob).post(f"/sandboxes/{bobs.id}/terminals/", {"instance": "node9"})
    assert response.json()["error"]["message"] == "There is no instance called node9 in this sandbox."


def test_no_terminal_in_a_sandbox_that_is_over(bob: User, bobs: Sandbox) -> None:
    client = signed_in(bob)
    client.post(f"/sandboxes/{bobs.id}/stop/")
    response = client.post(f"/sandboxes/{bobs.id}/terminals/")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "not-ready")


def test_an_id_that_never_was(bob: User) -> None:
    client = signed_in(bob)
    assert client.get(f"/sandboxes/{uuid4()}/").json()["error"]["code"] == "not-found"
    assert client.get("/sandboxes/nonsense/").status_code == 404


def test_the_administration_shows_and_stops_but_never_edits(dave: User, bobs: Sandbox) -> None:
    client = signed_in(dave)
    assert client.get("/admin/sandboxes/sandbox/").status_code == 200
    assert client.get(f"/admin/sandboxes/sandbox/{bobs.id}/change/").status_code == 200
    assert client.post(f"/admin/sandboxes/sandbox/{bobs.id}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/sandboxes/sandbox/", {"action": "stop_now", "_selected_action": str(bobs.id)})
    bobs.refresh_from_db()
    assert bobs.state == State.STOPPING
