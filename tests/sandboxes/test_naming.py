"""Names and numbers: computed, and never two alike."""

import itertools
from ipaddress import IPv4Network
from uuid import UUID

import pytest

from sandboxes import mirror, naming

PLAN = IPv4Network("10.128.0.0/12")
INSTALLATION = "0123456789"


def test_the_same_row_has_the_same_names() -> None:
    row = UUID("12345678123456781234567812345678")
    assert naming.container_name(row, 2) == "drydock-12345678123456781234-node2"
    assert naming.volume_name(row, 2) == "drydock-12345678123456781234-node2-data"


def test_subnets_do_not_overlap_and_stay_in_the_plan() -> None:
    subnets = [naming.subnet(PLAN, slot) for slot in range(naming.slot_count(PLAN))]
    assert all(a.broadcast_address < b.network_address for a, b in itertools.pairwise(subnets))
    assert subnets[-1].subnet_of(PLAN)


def test_the_mirror_has_the_last_network_to_itself() -> None:
    for plan in (PLAN, IPv4Network("10.0.0.0/26"), IPv4Network("10.0.0.0/27")):
        mirrors = mirror.network(plan, naming.SUBNET_PREFIX)
        assert mirrors.broadcast_address == plan.broadcast_address
        assert naming.subnet(plan, naming.slot_count(plan) - 1).broadcast_address < mirrors.network_address


def test_past_the_end_of_the_plan() -> None:
    with pytest.raises(ValueError, match="outside"):
        naming.subnet(IPv4Network("10.0.0.0/28"), 1)


def test_ranges_of_user_ids_do_not_overlap_and_fit() -> None:
    bases = [naming.id_base(slot, number) for slot in range(naming.SLOTS) for number in range(1, naming.MAX_INSTANCES + 1)]
    assert all(b - a == 65_536 for a, b in itertools.pairwise(bases))
    assert bases[-1] + 65_536 < 2**32


def test_there_is_room_for_four_thousand_sandboxes() -> None:
    assert naming.slot_count(PLAN) >= 4_000


def test_a_bridge_name_fits_the_kernel() -> None:
    assert len(naming.bridge_name(naming.SLOTS)) <= 15


def test_slots_are_given_once_and_end() -> None:
    plan, taken = IPv4Network("10.0.0.0/26"), set[int]()
    while (slot := naming.free_slot(installation=INSTALLATION, taken=taken, plan=plan)) is not None:
        taken.add(slot)
    assert taken == {0, 1, 2}, "the last network is the mirror's"


def test_two_installations_begin_at_different_places() -> None:
    first = {naming.free_slot(installation=name, taken=(), plan=PLAN) for name in ("0123456789", "abcdef0123")}
    assert len(first) == 2
