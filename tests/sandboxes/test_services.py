"""Asking for a sandbox, and ending it: one for a purpose, as many as the quota says."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from sandboxes import lifecycle, services
from sandboxes.errors import QuotaReached
from sandboxes.models import Engine, Sandbox, Terminal
from sandboxes.states import State
from workshop.accounts.models import User


def test_the_first_click_makes_one_with_a_terminal(bobs: Sandbox) -> None:
    assert bobs.state == State.WAITING
    assert [instance.name for instance in bobs.instances.all()] == ["node1"]
    assert [t.title for t in Terminal.objects.filter(instance__sandbox=bobs)] == ["Terminal 1"]


def test_the_second_click_finds_it(bobs: Sandbox, bob: User) -> None:
    assert services.request(owner=bob, purpose="docker-101") == (bobs, False)


def test_another_purpose_meets_the_quota(bobs: Sandbox, bob: User) -> None:
    with pytest.raises(QuotaReached, match=r"You have a sandbox already, for docker-101\. Stop that one first"):
        services.request(owner=bob, purpose="security")


@override_settings(SANDBOX_LIMIT=2)
def test_a_larger_quota(bobs: Sandbox, bob: User) -> None:
    assert services.request(owner=bob, purpose="security")[1]
    with pytest.raises(QuotaReached, match="You have 2 sandboxes already, for docker-101, security"):
        services.request(owner=bob, purpose="remoting")


def test_carol_has_her_own(bobs: Sandbox, carol: User) -> None:
    hers, made = services.request(owner=carol, purpose="docker-101")
    assert made
    assert hers != bobs


def test_the_database_itself_refuses_a_second_one(bobs: Sandbox, bob: User, engine: Engine) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Sandbox.objects.create(owner=bob, purpose="docker-101", engine=engine)


def test_stopping_twice_is_stopping_once(bobs: Sandbox) -> None:
    assert services.stop(sandbox=bobs)
    assert not services.stop(sandbox=bobs)
    bobs.refresh_from_db()
    assert (bobs.state, bobs.ending, bobs.message) == (State.STOPPING, State.STOPPED, "You stopped this sandbox.")


def test_a_new_one_may_be_asked_for_while_the_old_is_removed(bobs: Sandbox, bob: User) -> None:
    services.stop(sandbox=bobs)
    assert services.request(owner=bob, purpose="docker-101")[1]


def test_admission_is_in_order_and_as_far_as_there_is_room(engine: Engine, django_user_model: type[User]) -> None:
    Engine.objects.update(capacity=3, parallel_starts=2)
    people = [django_user_model.objects.create_user(f"p{i}@example.org") for i in range(5)]
    asked = [services.request(owner=person, purpose="x")[0] for person in people]
    assert lifecycle.admit(engine_id=engine.pk) == 2
    states = [services.state_for(owner=person, purpose="x")["sandbox"] for person in people]
    assert [(s["state"], s["position"]) for s in states] == [
        ("preparing", None), ("preparing", None), ("waiting", 1), ("waiting", 2), ("waiting", 3),
    ]  # fmt: skip
    Sandbox.objects.filter(state=State.PREPARING).update(state=State.READY)
    assert lifecycle.admit(engine_id=engine.pk) == 1
    assert lifecycle.admit(engine_id=engine.pk) == 0
    slots = set(Sandbox.objects.filter(slot__isnull=False).values_list("slot", flat=True))
    assert len(slots) == 3
    assert Sandbox.objects.get(pk=asked[0].pk).deadline is not None


def test_a_deadline_that_has_passed(bobs: Sandbox, engine: Engine) -> None:
    lifecycle.admit(engine_id=engine.pk)
    assert lifecycle.expire() == 0
    Sandbox.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    assert lifecycle.expire() == 1
    bobs.refresh_from_db()
    assert (bobs.state, bobs.ending) == (State.STOPPING, State.EXPIRED)


def test_closing_an_account_ends_what_it_has(bobs: Sandbox, bob: User) -> None:
    assert services.end_all(owner_id=bob.pk, message="Your account has been closed.") == 1
    bobs.refresh_from_db()
    assert bobs.message == "Your account has been closed."


def test_nothing_yet(bob: User) -> None:
    state = services.state_for(owner=bob, purpose="docker-101")
    assert (state["type"], state["sandbox"]) == ("state", None)
