"""The life of a sandbox, on the real engine: what is left after every way to end, and after every crash."""

from datetime import timedelta
from uuid import UUID

import docker
import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from sandboxes import engines, lifecycle, naming, services
from sandboxes.backend import OnStep, SandboxSpec
from sandboxes.docker_backend import DockerBackend
from sandboxes.models import Engine, Sandbox
from sandboxes.states import State, Step
from tests.docker.conftest import make_backend
from tests.docker.test_backend import on_engine
from workshop.accounts.models import User

pytestmark = pytest.mark.docker


class KilledError(BaseException):
    """Stands for kill -9: nothing after it runs, not even what handles errors."""


class InterruptedEngine(DockerBackend):
    """The real engine, under a worker that is killed when a step begins."""

    dies_at: Step | None = None

    def start(self, spec: SandboxSpec, on_step: OnStep) -> None:
        def die(step: Step) -> None:
            if step == self.dies_at:
                raise KilledError
            on_step(step)

        super().start(spec, die)


@pytest.fixture(autouse=True)
def real(backend: DockerBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "backend_for", lambda engine: backend)


@pytest.fixture
def ready(bobs: Sandbox, engine: Engine) -> Sandbox:
    lifecycle.admit(engine_id=engine.pk)
    lifecycle.provision(sandbox_id=bobs.id)
    bobs.refresh_from_db()
    assert bobs.state == State.READY
    return bobs


def state(sandbox: Sandbox) -> tuple[str, str]:
    sandbox.refresh_from_db()
    return sandbox.state, sandbox.message


def free_lease() -> None:
    """Let the time pass after which a dead worker's claim is void."""
    Sandbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_from_the_click_to_ready_and_to_nothing(ready: Sandbox, bob: User) -> None:
    assert on_engine(ready.id) == (1, 1, 1)
    assert ready.ready_at is not None
    services.stop(sandbox=ready)
    lifecycle.destroy(sandbox_id=ready.id)
    assert state(ready) == ("stopped", "You stopped this sandbox.")
    assert (ready.slot, on_engine(ready.id)) == (None, (0, 0, 0))


def test_provisioning_twice_is_provisioning_once(ready: Sandbox) -> None:
    lifecycle.provision(sandbox_id=ready.id)
    assert state(ready)[0] == "ready"
    assert on_engine(ready.id) == (1, 1, 1)


@pytest.mark.parametrize("step", list(Step))
def test_a_worker_killed_at_any_step_is_followed_by_another(
    bobs: Sandbox, engine: Engine, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = InterruptedEngine(url="", profile="confined", image=make_backend()._image, installation=make_backend()._installation)
    doomed.dies_at = step
    lifecycle.admit(engine_id=engine.pk)
    with monkeypatch.context() as patch:
        patch.setattr(engines, "backend_for", lambda engine: doomed)
        with pytest.raises(KilledError):
            lifecycle.provision(sandbox_id=bobs.id)
    lifecycle.provision(sandbox_id=bobs.id)
    assert state(bobs)[0] == "preparing", "the dead worker's lease still holds"
    free_lease()
    lifecycle.provision(sandbox_id=bobs.id)
    assert state(bobs)[0] == "ready"
    assert on_engine(bobs.id) == (1, 1, 1)


def test_a_stop_in_the_middle_leaves_nothing(
    bobs: Sandbox, engine: Engine, backend: DockerBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = backend.start

    def stopped_half_way(spec: SandboxSpec, on_step: OnStep) -> None:
        def stop_then(step: Step) -> None:
            if step == Step.DOCKER:
                services.stop(sandbox=bobs)
                lifecycle.destroy(sandbox_id=bobs.id)  # the task comes while the first worker still holds the row
            on_step(step)

        start(spec, stop_then)

    monkeypatch.setattr(backend, "start", stopped_half_way)
    lifecycle.admit(engine_id=engine.pk)
    lifecycle.provision(sandbox_id=bobs.id)
    assert state(bobs)[0] == "stopped"
    assert on_engine(bobs.id) == (0, 0, 0)


def test_a_deadline_that_has_passed_leaves_nothing(ready: Sandbox) -> None:
    Sandbox.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    lifecycle.expire()
    lifecycle.destroy(sandbox_id=ready.id)
    assert state(ready) == ("expired", "Its time was over. Start a new sandbox to go on.")
    assert on_engine(ready.id) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "reason", "retryable"),
    [({"url": "tcp://127.0.0.1:1"}, "engine-down", True), ({"image": "drydock/none:latest"}, "image-missing", True)],
)
def test_a_failure_has_words_and_a_reason(
    bobs: Sandbox, engine: Engine, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], reason: str, retryable: bool
) -> None:
    broken = make_backend(**changes)
    lifecycle.admit(engine_id=engine.pk)
    with monkeypatch.context() as patch:
        patch.setattr(engines, "backend_for", lambda engine: broken)
        lifecycle.provision(sandbox_id=bobs.id)
    bobs.refresh_from_db()
    assert (bobs.state, bobs.ending, bobs.reason, bobs.retryable) == ("stopping", "failed", reason, retryable)
    assert bobs.message.endswith(".")
    lifecycle.destroy(sandbox_id=bobs.id)
    assert state(bobs)[0] == "failed"


def test_removal_waits_for_an_engine_that_is_down(ready: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    services.stop(sandbox=ready)
    with monkeypatch.context() as patch:
        patch.setattr(engines, "backend_for", lambda engine: make_backend(url="tcp://127.0.0.1:1"))
        lifecycle.destroy(sandbox_id=ready.id)
    assert state(ready)[0] == "stopping"
    lifecycle.destroy(sandbox_id=ready.id)
    assert state(ready)[0] == "stopped"


def test_an_address_of_somebody_else_is_stepped_over(bobs: Sandbox, engine: Engine) -> None:
    lifecycle.admit(engine_id=engine.pk)
    bobs.refresh_from_db()
    assert bobs.slot is not None
    wanted = str(naming.subnet(settings.SANDBOX_SUBNETS, bobs.slot))
    pool = docker.types.IPAMPool(subnet=wanted)
    foreign = docker.from_env().networks.create("drydock-test-foreign", ipam=docker.types.IPAMConfig(pool_configs=[pool]))
    try:
        lifecycle.provision(sandbox_id=bobs.id)
        before = bobs.slot
        assert state(bobs)[0] == "ready"
        assert bobs.slot == before + 1
    finally:
        foreign.remove()


def test_the_sweep_removes_what_no_row_knows(ready: Sandbox, engine: Engine) -> None:
    orphan: UUID = ready.id
    Sandbox.objects.all().delete()
    lifecycle.sweep(engine=engine)
    assert on_engine(orphan) == (0, 0, 0)


def test_the_sweep_ends_what_has_no_container(ready: Sandbox, engine: Engine) -> None:
    lifecycle.sweep(engine=engine)
    assert state(ready)[0] == "ready"
    docker.from_env().containers.get(naming.container_name(ready.id, 1)).remove(force=True)
    lifecycle.sweep(engine=engine)
    ready.refresh_from_db()
    assert (ready.state, ready.ending, ready.reason) == ("stopping", "lost", "container-gone")
    lifecycle.destroy(sandbox_id=ready.id)
    assert on_engine(ready.id) == (0, 0, 0)


def test_recovery_enqueues_what_nobody_works_on(
    bobs: Sandbox, engine: Engine, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    sent: list[tuple[str, ...]] = []
    monkeypatch.setattr("sandboxes.queue._send", lambda task, *args: sent.append((task, *args)))
    lifecycle.admit(engine_id=engine.pk)
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.recover()
    assert sent == [("sandboxes.provision", str(bobs.id))]
    Sandbox.objects.update(lease=bobs.id, lease_until=timezone.now() + timedelta(seconds=60))
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.recover()
    assert len(sent) == 1


def test_a_sandbox_that_fails_again_and_again_is_given_up(bobs: Sandbox, engine: Engine) -> None:
    lifecycle.admit(engine_id=engine.pk)
    Sandbox.objects.update(attempts=lifecycle.ATTEMPTS)
    lifecycle.provision(sandbox_id=bobs.id)
    bobs.refresh_from_db()
    assert (bobs.ending, bobs.retryable) == ("failed", True)
    assert "several times in a row" in bobs.message
