"""The mirror on a Docker engine: kept up, looked into, added to. What it is made of is in sandboxes.mirror."""

import ipaddress
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress

from django.conf import settings
from docker import DockerClient
from docker.errors import APIError, ContainerError, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from sandboxes import mirror, naming
from sandboxes.errors import ImageMissing, StartFailed

logger = logging.getLogger(__name__)


class DockerMirror:
    """One engine's mirror. Its name is fixed, so that all installations on the engine share it.

    Whoever finds it missing, or of an image that has been replaced, makes it anew; what the upstream is says the one who made it.
    """

    def __init__(self, *, image: str, upstream: str, installation: str) -> None:
        self._image = image
        self._upstream = upstream
        self._installation = installation

    def find_address(self, client: DockerClient) -> str:
        """The address that it has or will have on the engine's host; empty where there is to be none.

        Sandboxes do without it where it cannot be had: they pull from the internet then, and the log says why.
        """
        if not self._image:
            return ""
        try:
            client.images.get(self._image)
            network = self._ensure_network(client)
        except ImageNotFound:
            logger.warning("No mirror: the image %s is not on the engine; `make images` builds it.", self._image)
            return ""
        except APIError as error:
            logger.warning("No mirror: %s", error.explanation)
            return ""
        return str(network.attrs["IPAM"]["Config"][0]["Gateway"])

    def ensure(self, client: DockerClient, address: str) -> None:
        """Have it running, from today's image."""
        try:
            self._ensure_container(client, address)
        except APIError as error:
            # Another worker may be at the same; the next look will tell.
            logger.warning("The mirror could not be started: %s", error.explanation)

    def _ensure_network(self, client: DockerClient) -> Network:
        with suppress(NotFound):
            return client.networks.get(mirror.NAME)
        subnet = mirror.network(settings.SANDBOX_SUBNETS, naming.SUBNET_PREFIX)
        network: Network = client.networks.create(
            mirror.NAME,
            driver="bridge",
            ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet), gateway=str(ipaddress.IPv4Address(int(subnet[1]))))]),
            labels={mirror.LABEL: self._installation},
            options={"com.docker.network.bridge.name": mirror.BRIDGE},
            check_duplicate=True,
        )
        network.reload()
        return network

    def _ensure_container(self, client: DockerClient, address: str) -> None:
        wanted = mirror.server_options(self._image, address, self._upstream, self._installation)
        container: Container | None = None
        with suppress(NotFound):
            container = client.containers.get(mirror.NAME)
        if container is not None and self._is_stale(client, container, wanted["environment"]):
            container.remove(force=True)
            container = None
        if container is None:
            container = client.containers.create(**wanted)
        if container.status != "running":
            container.start()

    def _is_stale(self, client: DockerClient, container: Container, environment: dict[str, str]) -> bool:
        """Whether it is to be made anew. Two installations with different wishes must not replace each other's for ever.

        So only the one that made it sees to its wishes; the others to what nobody can want: an image of the same name has taken
        the place of the one it runs, or it is at another address than the firewall opens.
        """
        has = set(container.attrs["Config"]["Env"])
        if f"MIRROR_ADDRESS={environment['MIRROR_ADDRESS']}" not in has:
            return True
        made_of = str(container.attrs["Config"]["Image"])
        if container.labels.get(mirror.LABEL) == self._installation:
            return made_of != self._image or f"MIRROR_UPSTREAM={self._upstream}" not in has or self._is_replaced(client, container, made_of)
        return self._is_replaced(client, container, made_of)

    def _is_replaced(self, client: DockerClient, container: Container, made_of: str) -> bool:
        try:
            return bool(client.images.get(made_of).id != container.attrs["Image"])
        except ImageNotFound:
            return True

    def contents(self, client: DockerClient) -> dict[str, int]:
        """By learners' names, the bytes to download. Raises ImageMissing, StartFailed."""
        if not self._image:
            return {}
        try:
            output: bytes = client.containers.run(**mirror.contents_options(self._image))
            return {name: published.size for name, published in mirror.parse_contents(output.decode()).items()}
        except ImageNotFound as error:
            raise _image_missing(self._image) from error
        except (ContainerError, ValueError, KeyError) as error:
            raise StartFailed("The mirror cannot be looked into.", detail=str(error)[-400:]) from error

    def fetch(self, client: DockerClient, name: str, on_line: Callable[[str], None]) -> None:
        """Copy an image from upstream. Raises ImageMissing, StartFailed."""
        if not self._upstream:
            raise StartFailed(f"{name} cannot be fetched: DRYDOCK_MIRROR_UPSTREAM names no registry.")
        try:
            container = client.containers.create(**mirror.fetch_options(self._image, self._upstream, name))
        except ImageNotFound as error:
            raise _image_missing(self._image) from error
        try:
            container.start()
            last = ""
            for line in _lines(container):
                on_line(line)
                last = line
            if container.wait()["StatusCode"]:
                raise StartFailed(f"{name} could not be fetched from {self._upstream}: {last}", detail=last)
        finally:
            container.remove(force=True, v=True)


def _lines(container: Container) -> Iterator[str]:
    """What it prints, as soon as it does."""
    rest = ""
    for chunk in container.logs(stream=True, follow=True):
        *lines, rest = (rest + chunk.decode(errors="replace")).split("\n")
        yield from filter(None, map(str.strip, lines))
    if rest.strip():
        yield rest.strip()


def _image_missing(image: str) -> ImageMissing:
    return ImageMissing("The mirror's image is not on the Docker engine. Tell your admin: `make images` builds it.", detail=image)
