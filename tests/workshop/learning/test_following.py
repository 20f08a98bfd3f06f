"""Following an agenda: who may, how it ends, and what is left when it is no longer shared."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.agendas.models import Agenda, Follow, Visibility, new_token


def doors(agenda: Agenda) -> list[str]:
    return [f"/agendas/{agenda.pk}/follow/", f"/agendas/{agenda.pk}/unfollow/", f"/a/{agenda.share_token}/follow/"]


def seen(person: User) -> list[tuple[str, bool]]:
    """What a person follows: titles, and whether they may still read it."""
    agendas = signed_in(person).get("/learning/").context["overview"].agendas
    return [(item.follow.title, item.standing is not None) for item in agendas]


def test_bob_follows_a_link_once(bob: User, agenda: Agenda) -> None:
    client = signed_in(bob)
    for _ in range(2):
        response = client.post(f"/a/{agenda.share_token}/follow/")
        assert (response.status_code, response.headers["Location"]) == (302, "/learning/")
    assert seen(bob) == [("Monday", True)]
    assert Follow.objects.count() == 1


def test_alice_follows_her_own(alice: User, agenda: Agenda) -> None:
    Agenda.objects.update(visibility=Visibility.PRIVATE)
    client = signed_in(alice)
    assert f"/agendas/{agenda.pk}/follow/" in client.get(f"/agendas/{agenda.pk}/").content.decode()
    client.post(f"/agendas/{agenda.pk}/follow/")
    assert seen(alice) == [("Monday", True)]
    assert "You follow it" in client.get(f"/agendas/{agenda.pk}/").content.decode()


def test_a_public_agenda_is_followed_without_a_link(bob: User, agenda: Agenda) -> None:
    Agenda.objects.update(visibility=Visibility.PUBLIC)
    client = signed_in(bob)
    assert f"/agendas/{agenda.pk}/follow/" in client.get(f"/agendas/{agenda.pk}/print/").content.decode()
    client.post(f"/agendas/{agenda.pk}/follow/")
    assert seen(bob) == [("Monday", True)]
    Agenda.objects.update(visibility=Visibility.LINK)
    assert seen(bob) == [("Monday", False)]


def test_the_shared_page_offers_it(client: Client, bob: User, agenda: Agenda) -> None:
    path = f"/a/{agenda.share_token}/"
    assert "follow/" not in client.get(path).content.decode()
    learner = signed_in(bob)
    assert f'action="{path}follow/"' in learner.get(path).content.decode()
    learner.post(f"{path}follow/")
    text = learner.get(path).content.decode()
    assert "You follow it" in text
    assert f"/learning/pack/?agenda={agenda.pk}" in text


def test_bob_follows_it_no_longer(bob: User, carol: User, bobs_agenda: Agenda) -> None:
    signed_in(carol).post(f"/agendas/{bobs_agenda.pk}/unfollow/")
    assert seen(bob) == [("Monday", True)]
    client = signed_in(bob)
    for _ in range(2):
        assert client.post(f"/agendas/{bobs_agenda.pk}/unfollow/").headers["Location"] == "/learning/"
    assert seen(bob) == []


@pytest.mark.parametrize("change", [{"visibility": Visibility.PRIVATE}, {"share_token": new_token()}])
def test_an_agenda_that_is_no_longer_shared(bob: User, bobs_agenda: Agenda, change: dict[str, str]) -> None:
    Agenda.objects.update(title="Secret plans", **change)
    assert seen(bob) == [("Monday", False)]
    text = signed_in(bob).get("/learning/").content.decode()
    assert "no longer shared" in text
    assert "Secret plans" not in text
    signed_in(bob).post(f"/agendas/{bobs_agenda.pk}/unfollow/")
    assert seen(bob) == []


def test_a_deleted_agenda_is_gone(bob: User, bobs_agenda: Agenda) -> None:
    bobs_agenda.delete()
    assert seen(bob) == []


def test_a_stranger_is_sent_to_sign_in(client: Client, agenda: Agenda) -> None:
    for path in doors(agenda):
        assert client.post(path).headers["Location"] == f"/accounts/login/?next={path}"
    assert not Follow.objects.exists()


def test_what_one_may_not_read_cannot_be_followed(bob: User, agenda: Agenda) -> None:
    client = signed_in(bob)
    assert client.post(f"/agendas/{agenda.pk}/follow/").status_code == 404
    assert client.post(f"/agendas/{uuid4()}/follow/").status_code == 404
    assert client.post("/a/nonsense/follow/").status_code == 404
    Agenda.objects.update(visibility=Visibility.PRIVATE)
    assert client.post(f"/a/{agenda.share_token}/follow/").status_code == 404
    assert not Follow.objects.exists()


def test_wrong_methods_and_forgeries(bob: User, agenda: Agenda, course: Path) -> None:
    for path in doors(agenda):
        assert signed_in(bob).get(path).status_code == 405
        assert signed_in(bob, csrf=True).post(path).status_code == 403
    assert not Follow.objects.exists()
