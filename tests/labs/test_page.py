"""The lab's page: what is there for its script, and what a stranger sees."""

from django.test import Client

from labs.models import Lab
from tests.conftest import signed_in
from workshop.accounts.models import User

PAGE = "/modules/one/files/"


def test_the_page_has_places_for_its_steps(bob: User, lab: Lab) -> None:
    text = signed_in(bob).get(PAGE).content.decode()
    assert 'data-lab="one-files"' in text
    assert text.count('class="step-panel"') == 3
    for part in ("data-lab-bar", "data-lab-finale", 'id="reset-dialog"', 'id="catch-up-dialog"', "Next step, previous step"):
        assert text.count(part) == 1, part
    assert " style=" not in text


def test_for_a_stranger_it_is_a_text(client: Client, lab: Lab) -> None:
    text = client.get(PAGE).content.decode()
    assert "touch /root/first" in text
    assert "There is no file called first." not in text
    for part in ("data-lab-bar", "data-lab-finale", 'id="reset-dialog"', 'id="catch-up-dialog"'):
        assert part not in text
