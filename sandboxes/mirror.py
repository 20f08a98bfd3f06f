"""The mirror: where sandboxes get images and example repositories from without the internet.

Plain data in, plain data out, as in profiles.py: nothing here talks to an engine, and nothing here knows Django, because what
builds the images uses it too. One mirror serves all installations of an engine. ``docs/administration.md`` says what it is for,
``docs/isolation.md`` why sandboxes may reach it.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import Any

LABEL = "io.drydock.mirror"
NAME = "drydock-mirror"
"""Of the container, of its network and of the volume with the images."""
CACHE = "drydock-mirror-cache"
"""The volume with what came through from the upstream registry."""
MARK = "drydock-mirror-published"
"""A volume whose label says from which inputs the images were published."""
BRIDGE = "drydm0"
"""The network exists for its bridge's address only; the firewall's rules for sandboxes (drydk…) do not look at it."""

GIT_PORT, IMAGES_PORT, UPSTREAM_PORT = 80, 5000, 5001
PORTS = {GIT_PORT: 28080, IMAGES_PORT: 28500, UPSTREAM_PORT: 28501}
"""What sandboxes call, and where the mirror listens: on the host 80 and 5000 may be anybody's, so the firewall translates."""

HOSTS = ("mirror.drydock", "git.drydock")

PUBLISH = "/usr/lib/drydock/publish"
PUBLISH_LIST = "/usr/lib/drydock/publish-list"
TIDY = "/usr/lib/drydock/tidy"

_IMAGES = "/var/lib/mirror/images"
_CACHE = "/var/lib/mirror/cache"


@dataclass(frozen=True, slots=True)
class Published:
    """An image in the mirror: bytes to download, and the hashes of what it was built from (none where it came from upstream)."""

    size: int
    inputs: tuple[str, ...]


def network(plan: ipaddress.IPv4Network, prefix: int) -> ipaddress.IPv4Network:
    """The last network of the address plan, which no sandbox gets."""
    end = int(plan.broadcast_address) + 1
    return ipaddress.IPv4Network((end - (1 << (32 - prefix)), prefix))


def _confined() -> dict[str, Any]:
    return {
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "log_config": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
    }


def server_options(image: str, address: str, upstream: str, installation: str) -> dict[str, Any]:
    """Keyword arguments for ``client.containers.create`` of the mirror.

    It is in the host's network and listens on ``address`` alone, because engines let no packet pass between their bridges.
    What learners reach cannot write to the images: their volume is read-only here.
    """
    return {
        "image": image,
        "name": NAME,
        "command": ["/usr/lib/drydock/serve"],
        "init": True,
        "network_mode": "host",
        "environment": {
            "MIRROR_ADDRESS": address,
            "MIRROR_UPSTREAM": upstream,
            "MIRROR_GIT_PORT": str(PORTS[GIT_PORT]),
            "MIRROR_IMAGES_PORT": str(PORTS[IMAGES_PORT]),
            "MIRROR_UPSTREAM_PORT": str(PORTS[UPSTREAM_PORT]),
        },
        "volumes": {NAME: {"bind": _IMAGES, "mode": "ro"}, CACHE: {"bind": _CACHE, "mode": "rw"}},
        "read_only": True,
        "tmpfs": {"/tmp": "size=16m,mode=1777"},  # noqa: S108 - of its own
        "mem_limit": 512 * 1024**2,
        "pids_limit": 200,
        "restart_policy": {"Name": "unless-stopped"},
        "labels": {LABEL: installation},
        "detach": True,
        **_confined(),
    }


def writer_options(image: str) -> dict[str, Any]:
    """Keyword arguments for ``client.containers.create`` of a helper with a writable registry in a network of its own.

    ``PUBLISH``, ``PUBLISH_LIST`` and ``TIDY`` run in it.
    """
    return {
        "image": image,
        "command": ["/usr/lib/drydock/writable"],
        "init": True,
        "network_mode": "none",
        "volumes": {NAME: {"bind": _IMAGES, "mode": "rw"}},
        "labels": {LABEL: "helper"},
        **_confined(),
    }


def fetch_options(image: str, upstream: str, name: str) -> dict[str, Any]:
    """Keyword arguments for ``client.containers.create`` of a helper that copies an image from upstream into the mirror for good."""
    return {**writer_options(image), "command": ["/usr/lib/drydock/fetch", upstream, name], "network_mode": "bridge"}


def contents_options(image: str) -> dict[str, Any]:
    """Keyword arguments for ``client.containers.run`` of a helper that prints what the mirror holds, for :func:`parse_contents`."""
    return {
        "image": image,
        "command": ["/usr/lib/drydock/contents"],
        "network_mode": "none",
        "volumes": {NAME: {"bind": _IMAGES, "mode": "ro"}},
        "labels": {LABEL: "helper"},
        "remove": True,
        **_confined(),
    }


def parse_contents(text: str) -> dict[str, Published]:
    """By learners' names, what is there: a line of JSON each. Raises ValueError, KeyError."""
    found = {}
    for line in text.splitlines():
        entry = json.loads(line)
        found[str(entry["name"])] = Published(int(entry["bytes"]), tuple(map(str, entry["inputs"])))
    return found


def full_name(name: str) -> str:
    """A learners' name with its tag: ``busybox`` is ``busybox:latest``."""
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in last else f"{name}:latest"
