"""Names, labels and numbers of what a sandbox has on an engine. Pure: the same row, the same names.

Because they are computed, a worker that was killed half way is finished or undone by the next one,
which finds what is there by name.
"""

import ipaddress
from collections.abc import Collection
from uuid import UUID

from sandboxes.profiles import IDS_PER_INSTANCE

LABEL = "io.drydock"
INSTALLATION_LABEL = f"{LABEL}.installation"
SANDBOX_LABEL = f"{LABEL}.sandbox"
OWNER_LABEL = f"{LABEL}.owner"
HELPER_LABEL = f"{LABEL}.helper"
DEADLINE_LABEL = f"{LABEL}.deadline"

SUBNET_PREFIX = 28
"""Bits of a sandbox's network: 13 hosts, enough for five instances and what they may need beside them."""

MAX_INSTANCES = 8
"""Of a sandbox; it has as many ranges of user ids."""

FIRST_ID = 1 << 28
"""The first host user id of any instance; ids below belong to the host and to its own sub-id ranges."""

SLOTS = 7_600
"""As many as have eight ranges of user ids each, below the end of the 32-bit ids."""


def resource_name(sandbox_id: UUID) -> str:
    """The network's name, and the beginning of all the others."""
    return f"drydock-{sandbox_id.hex[:20]}"


def container_name(sandbox_id: UUID, number: int) -> str:
    """The container of instance ``number`` (from 1)."""
    return f"{resource_name(sandbox_id)}-node{number}"


def volume_name(sandbox_id: UUID, number: int) -> str:
    """The volume that holds all that instance ``number`` writes."""
    return f"{container_name(sandbox_id, number)}-data"


def labels(*, installation: str, sandbox_id: UUID, owner_id: int, deadline: int) -> dict[str, str]:
    """What every container, network and volume of a sandbox carries; ``deadline`` in epoch seconds."""
    return {
        INSTALLATION_LABEL: installation,
        SANDBOX_LABEL: str(sandbox_id),
        OWNER_LABEL: str(owner_id),
        DEADLINE_LABEL: str(deadline),
    }


def bridge_name(slot: int) -> str:
    """The network's bridge on the host; firewall rules go by its prefix. At most 15 characters."""
    return f"drydk{slot}"


def subnet(plan: ipaddress.IPv4Network, slot: int) -> ipaddress.IPv4Network:
    """The ``slot``-th network of the address plan. Raises ValueError past the plan's end."""
    step = 1 << (32 - SUBNET_PREFIX)
    start = int(plan.network_address) + slot * step
    network = ipaddress.IPv4Network((start, SUBNET_PREFIX))
    if not network.subnet_of(plan):
        raise ValueError(f"slot {slot} lies outside {plan}")
    return network


def id_base(slot: int, number: int) -> int:
    """The first host user id of an instance's own range of 65,536 (``number`` from 1)."""
    return FIRST_ID + (slot * MAX_INSTANCES + number - 1) * IDS_PER_INSTANCE


def slot_count(plan: ipaddress.IPv4Network) -> int:
    """How many sandboxes the plan and the range of user ids have room for; the plan's last network is the mirror's."""
    return min(SLOTS, (1 << max(0, SUBNET_PREFIX - plan.prefixlen)) - 1)


def free_slot(*, installation: str, taken: Collection[int], plan: ipaddress.IPv4Network) -> int | None:
    """The next free slot, None when all are taken.

    Counting begins at a place that differs between installations, so that two of them on one engine
    seldom ask for the same network.
    """
    total = slot_count(plan)
    start = int(installation, 16) % total
    return next((slot for slot in ((start + i) % total for i in range(total)) if slot not in taken), None)
