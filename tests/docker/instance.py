"""One instance on the real engine, made from the product's own profile and taken away again."""

import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

import docker
import pytest
from docker import DockerClient
from docker.errors import ContainerError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from sandboxes import guard
from sandboxes.profiles import IDS_PER_INSTANCE, READY, InstanceSpec, Profile, fill_rootfs_options, get_profile

IMAGE = os.environ.get("DRYDOCK_SANDBOX_IMAGE", "drydock/sandbox:latest")
LABELS = {"io.drydock.test": "isolation"}
MEMORY = 1 << 30
PIDS = 600

# High in the ranges, and in the last /16 of the address plan, where a running product comes last.
_ID_BASE = (1 << 32) - 40 * IDS_PER_INSTANCE
_taken = 0
_ROOTFS = pytest.StashKey[str]()


@dataclass(frozen=True, slots=True)
class Result:
    """What a command in an instance said and how it ended."""

    code: int
    output: str


def execute(container: Container, argv: Sequence[str]) -> Result:
    """Run in a container as its own root; both streams together."""
    answer = cast("tuple[int, bytes]", container.exec_run(list(argv)))
    return Result(answer[0], answer[1].decode(errors="replace"))


def complaint(error: ContainerError) -> str:
    """What a helper that failed wrote on stderr; docker-py has bytes there, whatever its types say."""
    return cast("bytes", error.stderr).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Instance:
    """A running instance."""

    container: Container
    profile: Profile
    spec: InstanceSpec

    def run(self, argv: Sequence[str]) -> Result:
        """Run as the learner's root; both streams together."""
        return execute(self.container, self.profile.enter(argv))

    def sh(self, script: str) -> Result:
        """Run a shell script as the learner's root; the first command that fails ends it."""
        return self.run(["bash", "-euo", "pipefail", "-c", script])

    def address(self) -> str:
        """Its address on its own network."""
        self.container.reload()
        return str(self.container.attrs["NetworkSettings"]["Networks"][self.spec.network]["IPAddress"])

    def wait_ready(self) -> None:
        """Wait for the Docker inside, as the product does."""
        result = self.run([READY, "60"])
        assert result.code == 0, result.output + self.container.logs().decode()


def client() -> DockerClient:
    """The engine that DOCKER_HOST or the default socket reaches."""
    return docker.from_env(timeout=120)


def rootfs_volume(engine: DockerClient, config: pytest.Config) -> str:
    """A filled root file system volume; one for all tests of a run, removed at its end."""
    if _ROOTFS not in config.stash:
        volume = engine.volumes.create(f"drydock-test-rootfs-{secrets.token_hex(4)}", labels=LABELS)
        config.stash[_ROOTFS] = str(volume.name)
        config.add_cleanup(lambda: _remove_volume(str(volume.name)))
        engine.containers.run(**fill_rootfs_options(IMAGE, str(volume.name)))
    return config.stash[_ROOTFS]


def _remove_volume(name: str) -> None:
    with closing(client()) as engine:
        engine.volumes.get(name).remove()


@contextmanager
def bridge(engine: DockerClient, *, guarded: bool = True) -> Iterator[Network]:
    """A network like a sandbox's; not ``guarded``: with a bridge that the firewall does not know."""
    global _taken  # noqa: PLW0603 - numbers that are given once each
    _taken += 1
    subnet = f"10.143.{200 + _taken}.0/28"
    name = f"drydock-test-{secrets.token_hex(4)}"
    prefix = guard.BRIDGE_PREFIX if guarded else "plain"
    network = engine.networks.create(
        name,
        driver="bridge",
        labels=LABELS,
        ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=subnet, gateway=f"10.143.{200 + _taken}.1")]),
        options={"com.docker.network.bridge.name": f"{prefix}t{secrets.token_hex(3)}"},
    )
    try:
        yield network
    finally:
        network.remove()


@contextmanager
def running(engine: DockerClient, profile: str, network: Network, rootfs: str, **changes: Any) -> Iterator[Instance]:
    """An instance of this profile whose Docker answers."""
    global _taken  # noqa: PLW0603 - numbers that are given once each
    _taken += 1
    name = f"drydock-test-{secrets.token_hex(4)}"
    values: dict[str, Any] = {
        "name": name,
        "hostname": "node1",
        "image": IMAGE,
        "network": str(network.name),
        "ipv4": None,
        "volume": name,
        "rootfs_volume": rootfs,
        "id_base": _ID_BASE + _taken * IDS_PER_INSTANCE,
        "dns": ("127.0.0.53",),
        "mirror": "",
        "memory_bytes": MEMORY,
        "cpus": 2.0,
        "pids": PIDS,
        "deadline": int(time.time()) + 3600,
        "labels": LABELS,
    }
    spec = InstanceSpec(**values | changes)
    chosen = get_profile(profile)
    volume = engine.volumes.create(name, labels=LABELS)
    try:
        container = engine.containers.create(**chosen.create_options(spec))
        container.start()
        instance = Instance(container, chosen, spec)
        instance.wait_ready()
        yield instance
    finally:
        with suppress(NotFound):
            engine.containers.get(name).remove(force=True, v=True)
        volume.remove()
