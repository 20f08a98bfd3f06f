"""Isolation profiles: how an instance's container is made and entered.

Plain data in, plain data out: nothing here talks to an engine. ``docs/isolation.md`` says what each
line of defence stops and what none of them stops.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from sandboxes.mirror import HOSTS

INIT = "/usr/lib/drydock/init"
READY = "/usr/lib/drydock/ready"
COPY_ROOTFS = "/usr/lib/drydock/copy-rootfs"

#: Where the helper that fills the root file system volume has it mounted.
COPY_TARGET = "/target"

#: Host ids that one instance owns: ``id_base`` up to ``id_base + IDS_PER_INSTANCE - 1``.
IDS_PER_INSTANCE = 65536

#: Ids for the throw-away container of :func:`probe_options`: the last range there is.
PROBE_ID_BASE = (1 << 32) - 2 * IDS_PER_INSTANCE

# What init needs of real root until the instance is built; PID 1 then keeps KILL alone.
INIT_CAPABILITIES = (
    "CHOWN",
    "DAC_OVERRIDE",
    "KILL",
    "NET_ADMIN",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_CHROOT",
    "SYS_PTRACE",
)

# A learner's processes are killed before anything else of the host when its memory runs out.
OOM_SCORE_ADJ = 500


class UnknownProfile(KeyError):
    """No isolation profile has this name."""

    def __str__(self) -> str:
        return f"There is no isolation profile {self.args[0]!r}; there are {', '.join(PROFILES)}."


@dataclass(frozen=True, slots=True)
class InstanceSpec:
    """Everything a profile needs to make one instance's container.

    ``memory_bytes`` bounds memory and swap together, ``cpus`` is in whole CPUs (0.5 is half of one),
    ``pids`` counts processes and threads, ``deadline`` is in seconds since the epoch, ``mirror`` is the
    mirror's address or empty.
    """

    name: str
    hostname: str
    image: str
    network: str
    ipv4: str | None
    volume: str
    rootfs_volume: str
    id_base: int
    dns: tuple[str, ...]
    mirror: str
    memory_bytes: int
    cpus: float
    pids: int
    deadline: int
    labels: Mapping[str, str]


class Profile(Protocol):
    """How instances of one isolation profile are made and entered."""

    @property
    def name(self) -> str:
        """The name that settings and rows carry."""

    @property
    def needs_rootfs_volume(self) -> bool:
        """Whether ``spec.rootfs_volume`` must be filled (``fill_rootfs_options``) before a start."""

    def create_options(self, spec: InstanceSpec) -> dict[str, Any]:
        """Keyword arguments for docker-py's ``client.containers.create``."""

    def enter(self, argv: Sequence[str]) -> list[str]:
        """The argv to exec in the container so that ``argv`` runs as the learner's root.

        An empty ``argv`` is a login shell. ``HOME``, ``PATH``, ``LANG`` and the working directory
        ``/root`` are set; ``TERM`` is taken from the exec's environment.
        """

    def judge(self, argv: Sequence[str]) -> list[str]:
        """The same for a command that must not depend on programs which the learner may have replaced, as far as the profile can.

        ``confined`` runs the image's own programs and libraries; ``caps`` has only those of the learner.
        """


@cache
def seccomp_profile() -> str:
    """The system call filter of profile ``confined``, as JSON text for the engine's API."""
    readable = json.loads(Path(__file__).with_name("seccomp.json").read_text(encoding="utf-8"))
    for rule in readable["syscalls"]:
        rule.pop("comment", None)
    return json.dumps(readable, separators=(",", ":"))


def fill_rootfs_options(image: str, rootfs_volume: str) -> dict[str, Any]:
    """Keyword arguments for ``client.containers.run`` of the helper that fills a root file system volume.

    It copies ``image`` into the volume, which appears whole or not at all, and keeps a copy that is
    there already; takes seconds for the first copy. Raises docker-py's ``ContainerError`` when it
    fails.
    """
    return {
        "image": image,
        "entrypoint": [COPY_ROOTFS],
        "command": [COPY_TARGET],
        "user": "0:0",
        "network_mode": "none",
        "volumes": {rootfs_volume: {"bind": COPY_TARGET, "mode": "rw"}},
        "remove": True,
    }


def _common_options(spec: InstanceSpec) -> dict[str, Any]:
    return {
        "image": spec.image,
        "name": spec.name,
        "hostname": spec.hostname,
        "network": spec.network,
        # Names the network again, with the address: docker-py takes it from nowhere else.
        "networking_config": {spec.network: {"IPAMConfig": {"IPv4Address": spec.ipv4} if spec.ipv4 else {}}},
        "dns": list(spec.dns),
        "mem_limit": spec.memory_bytes,
        "memswap_limit": spec.memory_bytes,
        "pids_limit": spec.pids,
        "nano_cpus": int(spec.cpus * 1_000_000_000),
        "restart_policy": {"Name": "unless-stopped"},
        "labels": dict(spec.labels),
        # The engine keeps this log outside of any quota of the learner.
        "log_config": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "1"}},
        "detach": True,
    }


@dataclass(frozen=True, slots=True)
class ConfinedProfile:
    """Real root in a user namespace of its own id range; see ``images/sandbox/init``."""

    name: str = "confined"
    needs_rootfs_volume: bool = True

    def create_options(self, spec: InstanceSpec) -> dict[str, Any]:
        """See :class:`Profile`."""
        last = spec.id_base + IDS_PER_INSTANCE - 1
        if spec.id_base < IDS_PER_INSTANCE or last >= (1 << 32) - 1:
            raise ValueError(f"{spec.id_base} is not the first of {IDS_PER_INSTANCE} host ids")
        return _common_options(spec) | {
            "entrypoint": [INIT],
            "command": ["boot"],
            "oom_score_adj": OOM_SCORE_ADJ,
            "user": "0:0",
            "working_dir": "/",
            "environment": {
                "DRYDOCK_ID_BASE": str(spec.id_base),
                "DRYDOCK_DNS": " ".join(spec.dns),
                "DRYDOCK_MIRROR": spec.mirror,
                "DRYDOCK_DEADLINE": str(spec.deadline),
            },
            "volumes": {
                spec.volume: {"bind": "/data", "mode": "rw"},
                spec.rootfs_volume: {"bind": "/lower", "mode": "ro"},
            },
            **_confinement(),
        }

    def enter(self, argv: Sequence[str]) -> list[str]:
        """See :class:`Profile`."""
        return [INIT, "enter", *argv]

    def judge(self, argv: Sequence[str]) -> list[str]:
        """See :class:`Profile`."""
        return [INIT, "judge", *argv]


def _confinement() -> dict[str, Any]:
    return {
        "cap_drop": ["ALL"],
        "cap_add": list(INIT_CAPABILITIES),
        "security_opt": [f"seccomp={seccomp_profile()}", "apparmor=unconfined"],
        "read_only": True,
        "tmpfs": {"/run": "size=1m,mode=0755"},
    }


@dataclass(frozen=True, slots=True)
class CapsProfile:
    """The container itself is the instance, with all capabilities: no isolation from a hostile learner.

    SYS_RESOURCE is left out everywhere, because some hosts do not have it to give and then refuse
    the whole container. An instance works without it, if its out-of-memory score is left alone: the
    inner Docker starts containers with score 0, and lowering a score needs that capability.
    """

    name: str = "caps"
    needs_rootfs_volume: bool = False

    def create_options(self, spec: InstanceSpec) -> dict[str, Any]:
        """See :class:`Profile`."""
        return _common_options(spec) | {
            "entrypoint": ["/usr/lib/drydock/caps-entry"],
            "command": [],
            "init": True,
            "user": "0:0",
            "environment": {
                "DRYDOCK_DEADLINE": str(spec.deadline),
                "DRYDOCK_MIRROR": spec.mirror,
                "HOME": "/root",
                "LANG": "C.UTF-8",
            },
            "extra_hosts": dict.fromkeys(HOSTS, spec.mirror) if spec.mirror else {},
            "volumes": {spec.volume: {"bind": "/var/lib/docker", "mode": "rw"}},
            "cap_add": ["ALL"],
            "cap_drop": ["SYS_RESOURCE"],
            "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
        }

    def enter(self, argv: Sequence[str]) -> list[str]:
        """See :class:`Profile`."""
        command = list(argv) or ["bash", "-l"]
        setting = ["HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/bash", "LANG=C.UTF-8"]
        return ["/usr/bin/env", "--chdir=/root", *setting, *command]

    def judge(self, argv: Sequence[str]) -> list[str]:
        """See :class:`Profile`."""
        return self.enter(argv)


PROFILES: dict[str, Profile] = {"confined": ConfinedProfile(), "caps": CapsProfile()}


def get_profile(name: str) -> Profile:
    """The profile with this name; raises :class:`UnknownProfile`."""
    try:
        return PROFILES[name]
    except KeyError:
        raise UnknownProfile(name) from None


def probe_options(image: str, volume: str, profile: str = "confined") -> dict[str, Any]:
    """Keyword arguments for ``client.containers.run`` of a throw-away container that tries the profile out.

    It exits 0 when this engine can run instances of the profile; otherwise the last line on its
    stderr is one plain sentence that says why not. ``volume`` is an empty one that the caller makes
    and removes: whether its file system can do it is half of the question.
    """
    get_profile(profile)
    if profile != "confined":
        return {"image": image, "entrypoint": ["/bin/true"], "network_mode": "none", "remove": True}
    return {
        "image": image,
        "entrypoint": [INIT],
        "command": probe_command(),
        "user": "0:0",
        "working_dir": "/",
        "network_mode": "none",
        "environment": {"DRYDOCK_ID_BASE": str(PROBE_ID_BASE)},
        "volumes": {volume: {"bind": "/data", "mode": "rw"}},
        "remove": True,
        **_confinement(),
    }


def probe_command() -> list[str]:
    """What the throw-away container of :func:`probe_options` runs, after its entry point."""
    return ["check"]
