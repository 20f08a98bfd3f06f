"""The doors of a lab over HTTP: the owner, another learner, a stranger, a wrong method and bad input."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from labs import catching_up
from labs.models import CatchUp, Lab, LabRun, StepProgress
from sandboxes import services
from sandboxes.models import Sandbox
from sandboxes.states import State
from tests.conftest import signed_in
from workshop.accounts.models import User

LAB = "/labs/one-files/"
DOORS = {
    LAB: "GET",
    f"{LAB}enter/": "POST",
    f"{LAB}check/": "POST",
    f"{LAB}hint/": "POST",
    f"{LAB}solution/": "POST",
    f"{LAB}reset/": "POST",
    f"{LAB}catch-up/": "POST",
}


def post(client: Client, path: str, **sent: str) -> tuple[int, Any]:
    response = client.post(path, json.dumps(sent), content_type="application/json")
    return response.status_code, response.json()


@pytest.mark.parametrize(("path", "method"), DOORS.items())
def test_a_stranger_is_told_to_sign_in(client: Client, lab: Lab, path: str, method: str) -> None:
    response = client.generic(method, path)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "signed-out")


@pytest.mark.parametrize(("path", "method"), DOORS.items())
def test_a_wrong_method(bob: User, lab: Lab, path: str, method: str) -> None:
    response = signed_in(bob).generic("GET" if method == "POST" else "POST", path)
    assert (response.status_code, response.headers["Allow"]) == (405, method)


@pytest.mark.parametrize(("path", "method"), DOORS.items())
def test_there_is_no_such_lab(bob: User, lab: Lab, path: str, method: str) -> None:
    Lab.objects.update(withdrawn=True)
    response = signed_in(bob).generic(method, path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not-found")


@pytest.mark.parametrize("path", [path for path, method in DOORS.items() if method == "POST"])
def test_a_post_without_its_token_is_refused(bob: User, lab: Lab, path: str) -> None:
    assert signed_in(bob, csrf=True).post(path).status_code == 403


@pytest.mark.parametrize(
    ("command", "sent", "message"),
    [
        ("check", {"scope": "some"}, "scope is 'some'; it may be open, all, step"),
        ("check", {"seconds": "-1"}, "seconds must be a whole number"),
        ("hint", {"step": "first"}, "number must be a whole number"),
        ("hint", {"step": "first", "number": "3"}, "This lab has no such hint."),
        ("hint", {"step": "none", "number": "1"}, "This lab has no such hint."),
        ("solution", {"step": "none"}, "This lab has no such step."),
        ("catch-up", {"step": "none"}, "This lab has no such step."),
    ],
)
def test_bad_input(bob: User, lab: Lab, command: str, sent: dict[str, str], message: str) -> None:
    status, answer = post(signed_in(bob), f"{LAB}{command}/", **sent)
    assert (status, answer["error"]) == (400, {"code": "bad-request", "message": message, "retryable": False})
    assert not StepProgress.objects.exists()


@pytest.mark.parametrize("command", ["check", "enter"])
def test_without_a_running_sandbox_there_is_nothing_to_look_into(bob: User, lab: Lab, command: str) -> None:
    status, answer = post(signed_in(bob), f"{LAB}{command}/")
    assert (status, answer["error"]["code"]) == (409, "not-ready")


def test_carols_sandbox_is_not_bobs(bob: User, carol: User, lab: Lab, engine: object) -> None:
    post(signed_in(carol), f"{LAB}reset/")
    Sandbox.objects.filter(owner=carol).update(state=State.READY)
    assert post(signed_in(bob), f"{LAB}check/")[0] == 409


def test_hints_and_solution_are_noted_for_the_person_alone(bob: User, carol: User, lab: Lab) -> None:
    client = signed_in(bob)
    assert post(client, f"{LAB}hint/", step="first", number="2")[0] == 200
    post(client, f"{LAB}hint/", step="first", number="1")
    _, answer = post(client, f"{LAB}solution/", step="first")
    steps = [(step["step"], step["hints"], step["solution"]) for step in answer["steps"]]
    assert steps == [("first", 2, True), ("second", 0, False), ("third", 0, False)]
    assert [step["hints"] for step in signed_in(carol).get(LAB).json()["steps"]] == [0, 0, 0]


def test_the_state_of_a_lab_that_nobody_has_begun(bob: User, lab: Lab) -> None:
    answer = signed_in(bob).get(LAB).json()
    assert (answer.pop("now") != "", answer["steps"].pop(0)["title"]) == (True, "First")
    assert [step["here"] for step in answer["steps"]] == [None, None]
    assert {key: answer[key] for key in ("lab", "sandbox", "ordered", "seconds", "finished_at")} == {
        "lab": "one-files", "sandbox": None, "ordered": False, "seconds": 0, "finished_at": None,
    }  # fmt: skip
    assert not LabRun.objects.exists()


def test_a_reset_ends_the_sandbox_and_asks_for_another(bob: User, lab: Lab, engine: object) -> None:
    client = signed_in(bob)
    status, first = post(client, f"{LAB}reset/")
    assert (status, first["sandbox"]["purpose"]) == (201, "one")
    Sandbox.objects.update(state=State.READY)
    _, second = post(client, f"{LAB}reset/")
    assert second["sandbox"]["id"] != first["sandbox"]["id"]
    states = {str(pk): (state, ending) for pk, state, ending in Sandbox.objects.values_list("pk", "state", "ending")}
    assert states == {first["sandbox"]["id"]: ("stopping", "stopped"), second["sandbox"]["id"]: ("waiting", "")}


def test_a_lab_of_two_hosts_gets_two(bob: User, lab: Lab, engine: object) -> None:
    Lab.objects.update(instances=2)
    _, answer = post(signed_in(bob), f"{LAB}reset/")
    assert answer["sandbox"]["instances"] == [{"name": "node1"}, {"name": "node2"}]
    assert [(t["title"], t["instance"]) for t in answer["sandbox"]["terminals"]] == [("Terminal 1", "node1"), ("Terminal 2", "node2")]


def test_catching_up_asks_for_a_fresh_sandbox_once(bob: User, lab: Lab, engine: object) -> None:
    client = signed_in(bob)
    status, answer = post(client, f"{LAB}catch-up/", step="third")
    assert (status, answer["catch_up"]["state"], answer["catch_up"]["phase"], answer["catch_up"]["of"]) == (202, "running", "waiting", 3)
    post(client, f"{LAB}catch-up/", step="second")
    assert [(asked.step, asked.sandbox) for asked in CatchUp.objects.all()] == [("third", Sandbox.objects.get().pk)]


def test_what_nobody_works_on_any_more_is_ended(bob: User, lab: Lab, engine: object) -> None:
    post(signed_in(bob), f"{LAB}catch-up/", step="third")
    assert catching_up.recover() == [CatchUp.objects.get().pk]
    long_ago = timezone.now() - timedelta(hours=1)
    CatchUp.objects.update(created_at=long_ago, seen_at=long_ago)
    assert catching_up.recover() == []
    assert CatchUp.objects.get().state == CatchUp.State.FAILED
    post(signed_in(bob), f"{LAB}catch-up/", step="third")
    CatchUp.objects.filter(state=CatchUp.State.WAITING).update(state=CatchUp.State.REPLAYING, seen_at=long_ago)
    assert catching_up.recover() == []
    assert signed_in(bob).get(LAB).json()["catch_up"]["message"] == "It was cut short. Try again."


def test_a_sandbox_that_was_stopped_ends_the_catch_up(bob: User, lab: Lab, engine: object) -> None:
    post(signed_in(bob), f"{LAB}catch-up/", step="third")
    services.stop(sandbox=Sandbox.objects.get())
    assert catching_up.proceed(catch_up_id=CatchUp.objects.get().pk) is True
    assert CatchUp.objects.get().state == CatchUp.State.FAILED
