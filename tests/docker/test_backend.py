"""The contract of sandboxes.backend, on the real engine."""

import io
import time
from dataclasses import replace
from uuid import UUID, uuid4

import docker
import pytest
from django.conf import settings
from django.test import override_settings

from sandboxes import naming
from sandboxes.backend import EngineFacts, SandboxSpec
from sandboxes.docker_backend import DockerBackend
from sandboxes.errors import AddressTaken, EngineDown, ImageMissing, LeaseLost
from sandboxes.states import Step
from tests.docker.conftest import make_backend

pytestmark = pytest.mark.docker


@pytest.fixture
def spec(sandbox_id: UUID, prepared: EngineFacts) -> SandboxSpec:
    deadline = int(time.time()) + 3600
    slot = naming.free_slot(installation=settings.INSTALLATION, taken=(), plan=settings.SANDBOX_SUBNETS)
    assert slot is not None
    labels = naming.labels(installation=settings.INSTALLATION, sandbox_id=sandbox_id, owner_id=7, deadline=deadline)
    return SandboxSpec(sandbox_id=sandbox_id, slot=slot, instances=(1,), deadline=deadline, labels=labels, engine=prepared)


def on_engine(sandbox_id: UUID) -> tuple[int, int, int]:
    """How many containers, networks and volumes the engine has of a sandbox."""
    api = docker.from_env().api
    mine = {"label": f"{naming.SANDBOX_LABEL}={sandbox_id}"}
    volumes = api.volumes(filters=mine)["Volumes"] or []
    return len(api.containers(all=True, filters=mine)), len(api.networks(filters=mine)), len(volumes)


def nothing(step: Step) -> None:
    """Look on."""


def test_start_ends_with_a_docker_that_answers(backend: DockerBackend, spec: SandboxSpec) -> None:
    steps: list[Step] = []
    backend.start(spec, steps.append)
    assert list(dict.fromkeys(steps)) == [Step.NETWORK, Step.DISK, Step.CONTAINER, Step.DOCKER]
    container = naming.container_name(spec.sandbox_id, 1)
    assert backend.run(container, ["docker", "run", "--rm", "busybox", "true"]) == 0
    assert backend.run(container, ["sh", "-c", "exit 3"]) == 3
    assert on_engine(spec.sandbox_id) == (1, 1, 1)
    labels = docker.from_env().containers.get(container).labels
    assert labels[naming.DEADLINE_LABEL] == str(spec.deadline)
    assert [(f.sandbox_id, dict(f.running)) for f in backend.status()] == [(str(spec.sandbox_id), {container: True})]


def test_start_again_changes_nothing(backend: DockerBackend, spec: SandboxSpec) -> None:
    backend.start(spec, nothing)
    before = docker.from_env().containers.get(naming.container_name(spec.sandbox_id, 1)).id
    backend.start(spec, nothing)
    assert docker.from_env().containers.get(naming.container_name(spec.sandbox_id, 1)).id == before
    assert on_engine(spec.sandbox_id) == (1, 1, 1)


@pytest.mark.parametrize("step", list(Step))
def test_a_start_cut_short_at_any_step_is_finished_by_the_next(backend: DockerBackend, spec: SandboxSpec, step: Step) -> None:
    def cut(now: Step) -> None:
        if now == step:
            raise LeaseLost("cut")

    with pytest.raises(LeaseLost):
        backend.start(spec, cut)
    make_backend().start(spec, nothing)
    assert on_engine(spec.sandbox_id) == (1, 1, 1)


@pytest.mark.parametrize("step", list(Step))
def test_a_start_cut_short_at_any_step_is_undone_by_destroy(backend: DockerBackend, spec: SandboxSpec, step: Step) -> None:
    def cut(now: Step) -> None:
        if now == step:
            raise LeaseLost("cut")

    with pytest.raises(LeaseLost):
        backend.start(spec, cut)
    backend.destroy(spec.sandbox_id)
    backend.destroy(spec.sandbox_id)
    assert on_engine(spec.sandbox_id) == (0, 0, 0)


def test_an_address_that_is_taken(backend: DockerBackend, spec: SandboxSpec) -> None:
    backend.start(spec, nothing)
    other = uuid4()
    labels = {**spec.labels, naming.SANDBOX_LABEL: str(other)}
    with pytest.raises(AddressTaken):
        backend.start(replace(spec, sandbox_id=other, labels=labels), nothing)
    backend.destroy(other)
    assert on_engine(spec.sandbox_id) == (1, 1, 1)


def test_another_installation_is_left_alone(backend: DockerBackend, spec: SandboxSpec) -> None:
    backend.start(spec, nothing)
    assert make_backend(installation="ffffffffff").status() == []


def test_an_engine_that_does_not_answer(spec: SandboxSpec) -> None:
    dead = make_backend(url="tcp://127.0.0.1:1")
    for call in (dead.prepare, dead.status, lambda: dead.destroy(spec.sandbox_id), lambda: dead.start(spec, nothing)):
        with pytest.raises(EngineDown, match="does not answer"):
            call()


def test_an_image_that_is_not_there(spec: SandboxSpec) -> None:
    backend = make_backend(image="drydock/none:latest")
    with pytest.raises(ImageMissing, match="make images"):
        backend.prepare()
    with pytest.raises(ImageMissing):
        backend.start(spec, nothing)


def test_a_command_in_a_container_that_is_gone(backend: DockerBackend) -> None:
    assert backend.run("drydock-nothing", ["true"]) == 127


@override_settings(SANDBOX_DNS=("192.0.2.53",))
def test_name_servers_of_the_settings_win() -> None:
    assert make_backend().prepare().dns == ("192.0.2.53",)


def test_a_root_file_system_that_was_removed_from_outside_is_made_again(spec: SandboxSpec) -> None:
    """As somebody's ``docker volume prune`` does while nobody has a sandbox. An image of its own: others use the usual one's."""
    client = docker.from_env()
    recipe = io.BytesIO(f"FROM {settings.SANDBOX_IMAGE}\nLABEL of={spec.sandbox_id}\n".encode())
    image, _ = client.images.build(fileobj=recipe, rm=True)
    backend = make_backend(image=str(image.id))
    volume = backend.rootfs_volume(str(image.id))
    try:
        backend.prepare()
        client.volumes.get(volume).remove()
        backend.start(spec, nothing)
    finally:
        backend.destroy(spec.sandbox_id)
        client.volumes.get(volume).remove()
        client.images.remove(str(image.id), force=True)


def test_helpers_of_a_killed_worker_are_removed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    client = docker.from_env()
    left = client.containers.create(settings.SANDBOX_IMAGE, ["true"], entrypoint=[], labels={naming.HELPER_LABEL: "0123456789"})
    make_backend(installation="0123456789").prepare()
    left.reload()
    monkeypatch.setattr("sandboxes.docker_backend.HELPER_LIFE", -5)
    make_backend(installation="0123456789").prepare()
    with pytest.raises(docker.errors.NotFound):
        left.reload()


def test_root_file_systems_of_images_that_are_gone_are_removed(prepared: EngineFacts) -> None:
    client = docker.from_env()
    gone = client.volumes.create(labels={f"{naming.LABEL}.rootfs": f"sha256:{'0' * 64}"})
    made = make_backend()
    made.prepare()
    names = [volume.name for volume in client.volumes.list(filters={"label": f"{naming.LABEL}.rootfs"})]
    assert gone.name not in names
    assert made.rootfs_volume(prepared.image_id) in names
