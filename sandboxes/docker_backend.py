"""The Docker engine behind the backend contract. With docker_mirror the only module that imports the Docker SDK."""

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import docker
import requests
from django.conf import settings
from docker import DockerClient
from docker.errors import APIError, ContainerError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.types import IPAMConfig, IPAMPool

from sandboxes import guard, naming, profiles
from sandboxes.backend import EngineFacts, Found, OnStep, SandboxSpec
from sandboxes.docker_mirror import DockerMirror
from sandboxes.errors import AddressTaken, EngineDown, ImageMissing, NeverReady, RemovalFailed, StartFailed
from sandboxes.profiles import InstanceSpec, Profile, fill_rootfs_options
from sandboxes.states import Step

logger = logging.getLogger(__name__)

READY_LIMIT = 90
GUARD_EVERY = 300
HELPER_LIFE = 300
_TIMEOUT = 60


@contextmanager
def _engine_errors() -> Iterator[None]:
    """Turn "no answer" into EngineDown; an answer that is an error stays what it is."""
    try:
        yield
    except APIError:
        raise
    except (DockerException, requests.exceptions.RequestException, OSError) as error:
        raise EngineDown(
            "The Docker engine behind the sandboxes does not answer. Your trainer or admin can see why; try again in a minute.",
            detail=str(error),
        ) from error


class DockerBackend:
    """One Docker engine, reached through its API only, so that a remote one works like the local one."""

    def __init__(self, *, url: str, profile: str, image: str, installation: str) -> None:
        self._url = url
        self._profile: Profile = profiles.get_profile(profile)
        self._image = image
        self._installation = installation
        self._mirror = DockerMirror(image=settings.MIRROR_IMAGE, upstream=settings.MIRROR_UPSTREAM, installation=installation)
        self._client_: DockerClient | None = None
        self._prepared: EngineFacts | None = None
        self._guarded_at = float("-inf")

    # --- verbs ------------------------------------------------------------------------------------

    def prepare(self) -> EngineFacts:
        """See Backend.prepare."""
        with _engine_errors():
            version = str(self._client.version()["Version"])
            image_id = self._image_id()
            if self._prepared is None or self._prepared.image_id != image_id:
                self._probe()
                if self._profile.needs_rootfs_volume:
                    self._fill_rootfs(image_id)
                self._prepared = EngineFacts(version=version, image_id=image_id, dns=self._find_dns())
            address = self._mirror.find_address(self._client)
            changed = address != self._prepared.mirror
            if changed or time.monotonic() - self._guarded_at > GUARD_EVERY:
                # Again and again, because the rules are gone after a reboot of the engine's host.
                self._guard(self._prepared.dns, address)
                self._clear_helpers()
                self._clear_rootfs()
                self._prepared = replace(self._prepared, mirror=address, images=self._look_into_mirror(address))
                self._guarded_at = time.monotonic()
            if address:
                self._mirror.ensure(self._client, address)
            return self._prepared

    def start(self, spec: SandboxSpec, on_step: OnStep) -> None:
        """See Backend.start."""
        with _engine_errors():
            on_step(Step.NETWORK)
            facts = spec.engine
            if facts is None or facts.image_id != self._image_id() or not self._has_rootfs(facts.image_id):
                self._prepared = None
                facts = self.prepare()
            self._ensure_network(spec)
            on_step(Step.DISK)
            for number in spec.instances:
                self._ensure_volume(naming.volume_name(spec.sandbox_id, number), dict(spec.labels))
            on_step(Step.CONTAINER)
            containers = [self._ensure_container(spec, number, facts) for number in spec.instances]
            on_step(Step.DOCKER)
            for container in containers:
                self._wait_ready(container, on_step)

    def status(self) -> list[Found]:
        """See Backend.status."""
        with _engine_errors():
            found: dict[str, dict[str, bool]] = {}
            mine = {"label": f"{naming.INSTALLATION_LABEL}={self._installation}"}
            for summary in self._client.api.containers(all=True, filters=mine):
                running = found.setdefault(summary["Labels"].get(naming.SANDBOX_LABEL, ""), {})
                running[summary["Names"][0].removeprefix("/")] = summary["State"] in {"running", "restarting", "paused"}
            for network in self._client.api.networks(filters=mine):
                found.setdefault(network["Labels"].get(naming.SANDBOX_LABEL, ""), {})
            for volume in self._client.api.volumes(filters=mine)["Volumes"] or []:
                found.setdefault(volume["Labels"].get(naming.SANDBOX_LABEL, ""), {})
            return [Found(sandbox_id=sandbox_id, running=running) for sandbox_id, running in found.items() if sandbox_id]

    def destroy(self, sandbox_id: UUID) -> None:
        """See Backend.destroy."""
        with _engine_errors():
            mine = {"label": f"{naming.SANDBOX_LABEL}={sandbox_id}"}
            api = self._client.api
            for summary in api.containers(all=True, filters=mine):
                _gone(partial(api.remove_container, summary["Id"], force=True, v=True))
            for network in api.networks(filters=mine):
                _gone(partial(api.remove_network, network["Id"]))
            for volume in api.volumes(filters=mine)["Volumes"] or []:
                _gone(partial(api.remove_volume, volume["Name"]))

    def run(self, container: str, argv: Sequence[str]) -> int:
        """See Backend.run."""
        with _engine_errors():
            try:
                result = self._client.containers.get(container).exec_run(self._profile.enter(argv))
            except APIError as error:
                logger.info("Cannot run %s in %s: %s", argv[0], container, error.explanation)
                return 127
            return int(result.exit_code or 0)

    def images(self) -> Mapping[str, int]:
        """See Backend.images."""
        with _engine_errors():
            return self._mirror.contents(self._client)

    def fetch(self, name: str, on_line: Callable[[str], None]) -> None:
        """See Backend.fetch."""
        with _engine_errors():
            self._mirror.fetch(self._client, name, on_line)

    # --- the engine -------------------------------------------------------------------------------

    @property
    def _client(self) -> DockerClient:
        if self._client_ is None:
            if self._url:
                self._client_ = docker.DockerClient(base_url=self._url, timeout=_TIMEOUT)
            else:
                self._client_ = docker.from_env(timeout=_TIMEOUT)
        return self._client_

    def _image_id(self) -> str:
        try:
            return str(self._client.images.get(self._image).id)
        except ImageNotFound as error:
            raise ImageMissing(
                "The sandbox image is not on the Docker engine. Tell your admin: `make images` builds it.", detail=self._image
            ) from error

    def _helper(self, name: str, options: dict[str, Any]) -> str:
        """Run a short-lived container of the sandbox image; its output. Raises StartFailed where it fails."""
        try:
            output = self._client.containers.run(**{**options, "labels": {naming.HELPER_LABEL: self._installation}, "stderr": True})
        except ContainerError as error:
            raise StartFailed(
                "The Docker engine could not be made ready for sandboxes. Tell your admin; the log says what is missing.",
                detail=f"{name}: exit {error.exit_status}: {_text(error.stderr)[-400:]}",
            ) from error
        return _text(output)

    def _clear_helpers(self) -> None:
        """Remove helpers whose worker was killed before it could: those that have stood still for a while."""
        for summary in self._client.api.containers(
            all=True, filters={"label": f"{naming.HELPER_LABEL}={self._installation}", "status": ["exited", "created"]}
        ):
            if time.time() - summary["Created"] > HELPER_LIFE:
                _gone(partial(self._client.api.remove_container, summary["Id"], force=True, v=True))

    def _clear_rootfs(self) -> None:
        """Remove the root file systems of sandbox images that are gone: each build leaves one, of some 600 MB."""
        for volume in self._client.api.volumes(filters={"label": f"{naming.LABEL}.rootfs"})["Volumes"] or []:
            try:
                self._client.images.get(volume["Labels"][f"{naming.LABEL}.rootfs"])
            except ImageNotFound:
                with suppress(APIError):  # sandboxes of that image may still run
                    self._client.api.remove_volume(volume["Name"])

    def _probe(self) -> None:
        """Try the profile out: kernels and file systems differ in too much to know it from their versions."""
        volume = self._client.volumes.create(labels={naming.HELPER_LABEL: self._installation})
        options = profiles.probe_options(self._image, volume.name, self._profile.name)
        try:
            self._helper("probe", options)
        except StartFailed as error:
            sentence = error.detail.rsplit("\n", 1)[-1].strip()
            hint = "DRYDOCK_PROFILE=caps runs everywhere and isolates nobody: use it for people you trust."
            raise StartFailed(f"This host cannot run the profile {self._profile.name}: {sentence} {hint}", detail=error.detail) from error
        finally:
            with suppress(APIError):  # still in use where its helper was cut short; it goes with that one
                volume.remove()

    def rootfs_volume(self, image_id: str) -> str:
        """The volume that holds the image's files, shared read-only by all sandboxes of that image."""
        return f"drydock-rootfs-{image_id.removeprefix('sha256:')[:12]}"

    def _has_rootfs(self, image_id: str) -> bool:
        """Whether the volume is there: an admin may have pruned it. The engine would make an empty one in its place."""
        if not self._profile.needs_rootfs_volume:
            return True
        try:
            self._client.volumes.get(self.rootfs_volume(image_id))
        except NotFound:
            return False
        return True

    def _fill_rootfs(self, image_id: str) -> None:
        """Copy the image into its volume, once for all sandboxes of that image."""
        volume = self.rootfs_volume(image_id)
        self._client.volumes.create(volume, labels={f"{naming.LABEL}.rootfs": image_id})
        self._helper("rootfs", fill_rootfs_options(self._image, volume))

    def _find_dns(self) -> tuple[str, ...]:
        """The name servers that the engine gives to containers on its default bridge."""
        if settings.SANDBOX_DNS:
            return tuple(settings.SANDBOX_DNS)
        text = self._helper("dns", self._helper_options(["cat", "/etc/resolv.conf"]))
        return tuple(re.findall(r"^nameserver\s+([0-9.]+)\s*$", text, flags=re.MULTILINE))[:3]

    def _look_into_mirror(self, address: str) -> Mapping[str, int]:
        """What it holds; nothing where it cannot be looked into, which keeps nobody from starting a sandbox."""
        try:
            return self._mirror.contents(self._client) if address else {}
        except StartFailed as error:
            logger.warning("%s %s", error.message, error.detail)
            return {}

    def _guard(self, dns: tuple[str, ...], mirror: str) -> None:
        """Install the firewall on the engine's host, where exactly these rules are not there yet."""
        on_host = {
            "network_mode": "host",
            "cap_drop": ["ALL"],
            "cap_add": ["NET_ADMIN"],
            "labels": {naming.HELPER_LABEL: self._installation},
        }
        internet = settings.SANDBOX_INTERNET
        try:
            check = guard.check_command(dns, mirror, internet=internet)
            self._client.containers.run(**{**self._helper_options(check), **on_host})
        except ContainerError:
            self._helper("guard", {**self._helper_options(guard.guard_command(dns, mirror, internet=internet)), **on_host})

    def _helper_options(self, command: Sequence[str]) -> dict[str, Any]:
        return {"image": self._image, "entrypoint": [], "command": list(command), "remove": True}

    # --- the parts of a sandbox -------------------------------------------------------------------

    def _ensure_network(self, spec: SandboxSpec) -> None:
        name = naming.resource_name(spec.sandbox_id)
        wanted = naming.subnet(settings.SANDBOX_SUBNETS, spec.slot)
        for network in self._client.networks.list(names=[name]):
            if network.name != name:
                continue
            if [pool["Subnet"] for pool in network.attrs["IPAM"]["Config"]] == [str(wanted)]:
                return
            network.remove()
        pool = IPAMPool(subnet=str(wanted), gateway=str(wanted[1]))
        try:
            self._client.networks.create(
                name,
                driver="bridge",
                ipam=IPAMConfig(pool_configs=[pool]),
                labels=dict(spec.labels),
                options={"com.docker.network.bridge.name": naming.bridge_name(spec.slot)},
            )
        except APIError as error:
            if error.status_code in {403, 409, 500} and re.search(r"overlap|already exists|conflicts", str(error.explanation)):
                raise AddressTaken(
                    "The network for your sandbox could not be made. Try again.", detail=f"{wanted}: {error.explanation}"
                ) from error
            raise _start_failed(error) from error

    def _ensure_volume(self, name: str, labels: dict[str, str]) -> None:
        try:
            self._client.volumes.create(name, labels=labels)
        except APIError as error:
            raise _start_failed(error) from error

    def _ensure_container(self, spec: SandboxSpec, number: int, facts: EngineFacts) -> Container:
        name = naming.container_name(spec.sandbox_id, number)
        try:
            container = self._client.containers.get(name)
        except NotFound:
            container = self._create_container(spec, number, facts)
        try:
            container.start()
        except APIError as error:
            raise _start_failed(error) from error
        return container

    def _create_container(self, spec: SandboxSpec, number: int, facts: EngineFacts) -> Container:
        instance = InstanceSpec(
            name=naming.container_name(spec.sandbox_id, number),
            hostname=f"node{number}",
            image=self._image,
            network=naming.resource_name(spec.sandbox_id),
            ipv4=None,
            volume=naming.volume_name(spec.sandbox_id, number),
            rootfs_volume=self.rootfs_volume(facts.image_id),
            id_base=naming.id_base(spec.slot, number),
            dns=facts.dns,
            mirror=facts.mirror,
            memory_bytes=settings.SANDBOX_MEMORY,
            cpus=settings.SANDBOX_CPUS,
            pids=settings.SANDBOX_PIDS,
            deadline=spec.deadline,
            labels=spec.labels,
        )
        try:
            return self._client.containers.create(**self._profile.create_options(instance))
        except APIError as error:
            raise _start_failed(error) from error

    def _wait_ready(self, container: Container, on_step: OnStep) -> None:
        limit = time.monotonic() + READY_LIMIT
        output = ""
        while time.monotonic() < limit:
            on_step(Step.DOCKER)
            container.reload()
            if container.status != "running":
                tail = _text(container.logs(tail=5))
                raise StartFailed("Your sandbox stopped right after its start. Try again.", detail=f"{container.status}: {tail[-400:]}")
            try:
                result = container.exec_run(self._profile.enter(["/usr/lib/drydock/ready", "3"]))
            except APIError as error:  # stopped between the look and the exec: the next turn says so
                output = str(error.explanation)
                continue
            if result.exit_code == 0:
                return
            output = _text(result.output)
            time.sleep(0.1)
        raise NeverReady("Your sandbox started, but the Docker inside did not. Try again.", detail=output[-400:])


def _gone(remove: Callable[[], object]) -> None:
    """Remove something; that it is not there, or already on its way out, is success."""
    try:
        remove()
    except NotFound:
        pass
    except APIError as error:
        if error.status_code == 409 and "already in progress" in str(error.explanation):
            return
        raise RemovalFailed("Your sandbox could not be removed yet; it will be tried again.", detail=str(error.explanation)) from error


def _text(output: object) -> str:
    """What a command printed, as text."""
    return output.decode(errors="replace").strip() if isinstance(output, bytes) else str(output or "").strip()


def _start_failed(error: APIError) -> StartFailed:
    if "no space left" in str(error.explanation):
        return StartFailed("The disk behind the sandboxes is full. Tell your trainer or admin.", detail=str(error.explanation))
    return StartFailed("The Docker engine refused to start your sandbox. Try again, or tell your trainer.", detail=str(error.explanation))
