"""Every way in which a sandbox ends, or does not begin: the page says which, and nothing of it is left."""

import pytest
from docker.errors import NotFound
from playwright.sync_api import expect

from tests.e2e.conftest import Visitors
from tests.e2e.learning import Learning
from tests.e2e.product import Product, nothing

pytestmark = pytest.mark.e2e


def title(here: Learning, text: str) -> None:
    """The panel has this heading, in place of the terminals."""
    expect(here.panel.get_by_role("heading", name=text)).to_be_visible()
    expect(here.page.locator("[data-terminals]")).to_be_hidden()


def test_expired_then_stopped(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob").start()
    row = product.sandbox("bob")
    here.command("echo shell-of-the-first", "shell-of-the-first")
    product.ask("pass_deadline", person="bob")
    here.is_state("expired")
    title(here, "Your sandbox has expired")
    expect(here.panel).to_contain_text("Its time was over")
    assert product.sandbox("bob")["state"] == "expired"
    assert product.traces(row["id"]) == nothing()
    here.page.reload()
    here.live()
    title(here, "Your sandbox has expired")

    here.start()
    assert product.sandbox("bob")["id"] != row["id"]
    assert "shell-of-the-first" not in here.text()
    stop(product, here)
    assert visitors.problems() == []


def stop(product: Product, here: Learning) -> None:
    """By the learner, who is asked first."""
    row = product.sandbox("bob")
    here.action("stop").click()
    dialog = here.page.get_by_role("dialog", name="Stop this sandbox?")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    here.is_state("ready")
    here.action("stop").click()
    dialog.get_by_role("button", name="Stop sandbox").click()
    here.is_state("stopped")
    title(here, "Your sandbox is stopped")
    expect(here.panel).to_contain_text("You stopped this sandbox.")
    expect(here.action("start")).to_be_visible()
    assert product.traces(row["id"]) == nothing()


def test_failed_start_then_container_removed_from_outside(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob")
    with product.without_image():
        here.action("start").click()
        here.is_state("failed")
        title(here, "Your sandbox did not start")
        expect(here.panel).to_contain_text("The sandbox image is not on the Docker engine.")
        row = product.sandbox("bob")
        assert product.traces(row["id"]) == nothing()
    again = here.action("start")
    expect(again).to_have_text("Try again")
    again.click()
    here.ready()

    row = product.sandbox("bob")
    product.engine.containers.get(row["container"]).remove(force=True)
    product.ask("sweep")
    here.is_state("lost")
    title(here, "Your sandbox is gone")
    expect(here.panel).to_contain_text("removed or stopped from outside")
    expect(here.action("start")).to_be_visible()
    with pytest.raises(NotFound):
        product.engine.containers.get(row["container"])
    assert product.traces(row["id"]) == nothing()
    assert visitors.problems() == []


def test_waiting_for_a_place(product: Product, visitors: Visitors) -> None:
    bob = visitors.learning("bob").start()
    carol = visitors.learning("carol")
    product.ask("set_capacity", instances=1)
    try:
        carol.action("start").click()
        carol.is_state("waiting")
        title(carol, "Waiting for a free place")
        expect(carol.panel).to_contain_text("You are next")
        alice = visitors.learning("alice")
        alice.action("start").click()
        expect(alice.panel).to_contain_text("You are number 2")
        carol.page.evaluate("() => { window.notReloaded = true; }")
        bob.action("stop").click()
        bob.page.get_by_role("dialog", name="Stop this sandbox?").get_by_role("button", name="Stop sandbox").click()
        carol.ready()
        assert carol.page.evaluate("() => window.notReloaded")
        expect(alice.panel).to_contain_text("You are next")
        alice.panel.get_by_role("button", name="Stop waiting").click()
        alice.is_state("stopped")
    finally:
        product.ask("set_capacity", instances=40)
    assert visitors.problems() == []
