"""A worker that is killed while it prepares a sandbox: the next one finishes, and makes nothing twice."""

import pytest

from tests.e2e.conftest import Visitors
from tests.e2e.product import Product, nothing

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("step", ["network", "container", "docker"])
def test_worker_killed_while_preparing(product: Product, visitors: Visitors, step: str) -> None:
    here = visitors.learning("bob")
    here.action("start").click()
    reached = product.ask("wait_for_step", person="bob", step=step, seconds=60)
    before = product.kill("worker", group=True)
    assert reached == step, "it was ready before it could be interrupted"
    product.back("worker", before)
    if step != "docker":  # once the lease of the dead worker runs out by itself; the other times it is made to
        product.ask("end_lease", person="bob")
    row = product.wait_for("bob", "ready", 90)
    assert row["attempts"] == 0
    assert product.traces(row["id"]) == {"containers": [row["container"]], "networks": [row["network"]], "volumes": [row["volume"]]}
    assert product.traces() == product.traces(row["id"]), "something of an earlier attempt is left"
    here.ready()
    here.command("docker version -f '{{.Server.Os}}'", "linux")
    assert visitors.problems() == []


def test_worker_killed_while_removing(product: Product, visitors: Visitors) -> None:
    here = visitors.learning("bob").start()
    here.action("stop").click()
    here.page.get_by_role("button", name="Stop sandbox").last.click()
    row = product.sandbox("bob")
    before = product.kill("worker", group=True)
    product.back("worker", before)
    product.ask("end_lease", person="bob")
    product.wait_for("bob", "stopped")
    assert product.traces(row["id"]) == nothing()
    here.is_state("stopped")
