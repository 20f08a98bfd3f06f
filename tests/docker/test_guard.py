"""The firewall on the real host. Every target is a container of our own: no packet leaves this machine."""

import ipaddress
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import ContainerError
from docker.models.containers import Container
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from sandboxes import guard, mirror
from tests.docker.instance import IMAGE, LABELS, Result, bridge, client, complaint, execute

pytestmark = pytest.mark.docker

PORT = 18437
SERVE = ["perl", "-MIO::Socket::INET", "-e"]
SERVER = """
my $s = IO::Socket::INET->new(LocalPort => $ARGV[0], LocalAddr => $ARGV[1], Listen => 9, ReuseAddr => 1) or die $!;
while (my $c = $s->accept) { sysread($c, my $request, 4096); print $c "HTTP/1.0 200 OK\\r\\n\\r\\nhere\\n"; close $c }
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerClient]:
    docker_client = client()
    yield docker_client
    docker_client.close()


def _on_host(engine: DockerClient, argv: Sequence[str]) -> str:
    """As the product runs its helper; the output. Raises ContainerError."""
    options: dict[str, Any] = {"network_mode": "host", "cap_drop": ["ALL"], "cap_add": ["NET_ADMIN"], "remove": True}
    output: bytes = engine.containers.run(IMAGE, list(argv), entrypoint=[], labels=LABELS, **options)
    return output.decode()


def _dns(engine: DockerClient) -> tuple[str, ...]:
    """The resolvers of the rules that are there, or those of the engine: a running product keeps its own."""
    try:
        rules = _on_host(engine, ["nft", "list", "set", "inet", guard.TABLE, "resolvers"])
        found = re.findall(r"\d+\.\d+\.\d+\.\d+", rules)
    except ContainerError:
        found = []
    if not found:
        text = engine.containers.run(IMAGE, ["cat", "/etc/resolv.conf"], entrypoint=[], remove=True, labels=LABELS).decode()
        found = re.findall(r"^nameserver\s+([0-9.]+)\s*$", text, flags=re.MULTILINE)
    return tuple(found)


@pytest.fixture
def guarded(engine: DockerClient) -> tuple[str, ...]:
    """The rules are installed, anew for each test; the resolvers in them."""
    dns = _dns(engine)
    _on_host(engine, guard.guard_command(dns))
    return dns


@contextmanager
def serving(engine: DockerClient, port: int = PORT, address: str = "", **options: Any) -> Iterator[Container]:
    name = f"drydock-test-{secrets.token_hex(4)}"
    command = [*SERVE, SERVER, str(port), address or "0.0.0.0"]
    container: Container = engine.containers.run(IMAGE, command, name=name, entrypoint=[], labels=LABELS, detach=True, **options)
    try:
        limit = time.monotonic() + 10
        while not _fetch(container, address or "127.0.0.1", port=port):
            assert time.monotonic() < limit, container.logs().decode()
            time.sleep(0.05)
        yield container
    finally:
        container.remove(force=True)


@contextmanager
def visiting(engine: DockerClient, network: Network, **options: Any) -> Iterator[Container]:
    """A container of ours on a network, to send from."""
    name = f"drydock-test-{secrets.token_hex(4)}"
    command = ["sleep", "300"]
    container: Container = engine.containers.run(
        IMAGE, command, name=name, entrypoint=[], network=network.name, labels=LABELS, detach=True, **options
    )
    try:
        yield container
    finally:
        container.remove(force=True)


def _address(container: Container) -> str:
    container.reload()
    networks = container.attrs["NetworkSettings"]["Networks"]
    return str(next(iter(networks.values()))["IPAddress"])


def _gateway(network: Network) -> str:
    network.reload()
    return str(network.attrs["IPAM"]["Config"][0]["Gateway"])


def _fetch(container: Container, address: str, *options: str, port: int = PORT) -> bool:
    """Whether our server answers there within a second."""
    return execute(container, ["curl", "-s", "--max-time", "1", *options, f"http://{address}:{port}/"]) == Result(0, "here\n")


def _dropped(engine: DockerClient, counter: str) -> int:
    text = _on_host(engine, ["nft", "list", "counter", "inet", guard.TABLE, counter])
    found = re.search(r"packets (\d+)", text)
    assert found, text
    return int(found[1])


def test_host_is_closed_to_sandboxes_and_open_to_others(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    with serving(engine, network_mode="host"), bridge(engine) as inside, bridge(engine, guarded=False) as outside:
        with visiting(engine, outside) as other:
            assert _fetch(other, _gateway(outside))
        before = _dropped(engine, "host")
        with visiting(engine, inside) as learner:
            assert not _fetch(learner, _gateway(inside))
            assert not _fetch(learner, _gateway(outside))
        assert _dropped(engine, "host") > before


def test_private_ranges_and_metadata_are_closed(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    with (
        bridge(engine) as inside,
        visiting(engine, inside) as learner,
        bridge(engine, guarded=False) as outside,
        serving(engine, network=outside.name) as target,
    ):
        for address in (_address(target), "169.254.169.254"):
            before = _dropped(engine, "closed")
            assert not _fetch(learner, address)
            assert _dropped(engine, "closed") > before, address


def test_other_sandboxes_are_closed(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    with (
        bridge(engine) as mine,
        bridge(engine) as theirs,
        serving(engine, network=theirs.name) as target,
        visiting(engine, mine) as learner,
    ):
        before = _dropped(engine, "neighbour")
        assert not _fetch(learner, _address(target))
        assert _dropped(engine, "neighbour") > before


def test_instances_of_one_sandbox_reach_each_other(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    with bridge(engine) as mine, serving(engine, network=mine.name) as target, visiting(engine, mine) as learner:
        assert _fetch(learner, _address(target))


@pytest.mark.parametrize("internet", [True, False])
def test_the_outside_can_be_cut_off(engine: DockerClient, guarded: tuple[str, ...], internet: bool) -> None:
    """Of a range for documentation, which leads nowhere: what counts is which rule the packet meets."""
    _on_host(engine, guard.guard_command(guarded, internet=internet))
    try:
        with bridge(engine) as network, visiting(engine, network) as learner:
            assert not _fetch(learner, "203.0.113.9")
        assert (_dropped(engine, "internet") == 0) is internet
    finally:
        _on_host(engine, guard.guard_command(guarded))


def test_stolen_address_is_dropped(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    with bridge(engine) as mine, visiting(engine, mine, cap_add=["NET_ADMIN"]) as learner:
        stolen = "10.143.199.9"
        assert learner.exec_run(["ip", "address", "add", f"{stolen}/32", "dev", "eth0"]).exit_code == 0
        before = _dropped(engine, "forged")
        assert not _fetch(learner, "192.0.2.1", "--interface", stolen)
        assert _dropped(engine, "forged") > before


def test_nothing_comes_in_from_other_containers(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    with bridge(engine) as mine, serving(engine, network=mine.name) as target, bridge(engine, guarded=False) as outside:
        before = _dropped(engine, "inbound")
        with visiting(engine, outside) as other:
            assert not _fetch(other, _address(target))
        assert _dropped(engine, "inbound") > before


def test_check_knows_its_own_rules_only(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    _on_host(engine, guard.guard_command(guarded))
    _on_host(engine, guard.check_command(guarded))
    with pytest.raises(ContainerError) as caught:
        _on_host(engine, guard.check_command((*guarded, "192.0.2.53")))
    assert complaint(caught.value) == "The firewall for sandboxes is not installed on this host.\n"


def test_rules_of_others_are_left_alone(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    def tables() -> list[str]:
        return [line for line in _on_host(engine, ["nft", "list", "tables"]).splitlines() if guard.TABLE not in line]

    before = tables()
    _on_host(engine, guard.guard_command(guarded))
    assert tables() == before


def test_of_the_host_only_the_mirror_is_open_and_only_at_its_ports(engine: DockerClient) -> None:
    dns = _dns(engine)
    subnet = ipaddress.IPv4Network("10.143.199.16/28")
    address = str(subnet[1])
    with bridge(engine) as inside, _door(engine, subnet), visiting(engine, inside) as learner:
        _on_host(engine, guard.guard_command(dns, address))
        with serving(engine, mirror.PORTS[mirror.IMAGES_PORT], address, network_mode="host"), serving(engine, network_mode="host"):
            assert _fetch(learner, address, port=mirror.IMAGES_PORT)
            assert _fetch(learner, address, port=mirror.PORTS[mirror.IMAGES_PORT])
            before = _dropped(engine, "host")
            # The other server listens there, the mirror's port at another address of the host, and 22 is what a host has open.
            assert not _fetch(learner, address, port=PORT)
            assert not _fetch(learner, address, port=22)
            assert not _fetch(learner, _gateway(inside), port=mirror.PORTS[mirror.IMAGES_PORT])
            assert not _fetch(learner, _gateway(inside), port=mirror.IMAGES_PORT)
            assert _dropped(engine, "host") > before
            _on_host(engine, guard.guard_command(dns))
            assert not _fetch(learner, address, port=mirror.IMAGES_PORT)


@contextmanager
def _door(engine: DockerClient, subnet: ipaddress.IPv4Network) -> Iterator[None]:
    """An address of the host as the mirror's."""
    pool = IPAMPool(subnet=str(subnet), gateway=str(subnet[1]))
    name = f"drydock-test-{secrets.token_hex(4)}"
    network = engine.networks.create(name, driver="bridge", labels=LABELS, ipam=IPAMConfig(pool_configs=[pool]))
    try:
        yield
    finally:
        network.remove()


def test_a_container_published_on_the_mirrors_port_is_not_met_in_its_place(engine: DockerClient) -> None:
    dns = _dns(engine)
    subnet = ipaddress.IPv4Network("10.143.199.32/28")
    address = str(subnet[1])
    with bridge(engine) as inside, _door(engine, subnet), visiting(engine, inside) as learner:
        _on_host(engine, guard.guard_command(dns, address))
        with serving(engine, network_mode="bridge", ports={f"{PORT}/tcp": mirror.UPSTREAM_PORT}):
            assert not _fetch(learner, address, port=mirror.UPSTREAM_PORT)


def test_check_knows_whether_the_door_is_there(engine: DockerClient, guarded: tuple[str, ...]) -> None:
    with pytest.raises(ContainerError):
        _on_host(engine, guard.check_command(guarded, "192.0.2.1"))
    _on_host(engine, guard.guard_command(guarded, "192.0.2.1"))
    _on_host(engine, guard.check_command(guarded, "192.0.2.1"))


def test_a_mirror_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="mirror"):
        guard.ruleset([], "mirror.example.org")


def test_resolver_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'example\.org' does not appear to be an IPv4 or IPv6 address"):
        guard.ruleset(["example.org"])
