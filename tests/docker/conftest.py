"""The real engine, left as it was found."""

from collections.abc import Iterator
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from sandboxes.backend import EngineFacts
from sandboxes.docker_backend import DockerBackend
from tests.docker.instance import Instance, bridge, client, rootfs_volume, running


def make_backend(**changes: str) -> DockerBackend:
    """The adapter for the real engine, with some of its settings changed."""
    options = {
        "url": "",
        "profile": settings.SANDBOX_PROFILE,
        "image": settings.SANDBOX_IMAGE,
        "installation": settings.INSTALLATION,
    }
    return DockerBackend(**{**options, **changes})


@pytest.fixture(scope="session")
def prepared() -> EngineFacts:
    """The engine, made ready once for all tests."""
    return make_backend().prepare()


@pytest.fixture
def backend(prepared: EngineFacts) -> Iterator[DockerBackend]:
    """The real engine; whatever a test has left there is removed."""
    made = make_backend()
    yield made
    for found in made.status():
        made.destroy(UUID(found.sandbox_id))


@pytest.fixture(scope="module")
def instance(pytestconfig: pytest.Config) -> Iterator[Instance]:
    """An instance of the profile confined, one for all tests of a file."""
    with closing(client()) as engine:
        rootfs = rootfs_volume(engine, pytestconfig)
        with bridge(engine) as network, running(engine, "confined", network, rootfs) as made:
            yield made


@pytest.fixture
def sandbox_id() -> UUID:
    """An id that no row has."""
    return uuid4()
