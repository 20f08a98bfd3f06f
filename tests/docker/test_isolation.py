"""What a learner can do in an instance, and what not: on the real engine, with the product's own profiles."""

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import ContainerError

from sandboxes.profiles import InstanceSpec, UnknownProfile, get_profile, probe_options
from tests.docker.instance import IMAGE, LABELS, MEMORY, PIDS, Instance, Result, bridge, client, complaint, execute, rootfs_volume, running

pytestmark = pytest.mark.docker

HERE = Path(__file__).parent / "isolation"
SOURCE = (HERE / "probe.pl").read_text(encoding="utf-8")
USES: dict[str, str] = tomllib.loads((HERE / "uses.toml").read_text(encoding="utf-8"))
PROBE = "/root/probe.pl"
PERMITTED, REFUSED, UNTESTABLE = 0, 1, 3

#: Attempts to get out or to change what belongs to the host. True: it must succeed under `caps`, which
#: shows that the probe tells the two apart; False: on some kernels it fails for other reasons too.
ESCAPES = {
    "block-device": True,
    "kernel-log-device": False,
    "memory-device": False,
    "leave-devices-cgroup": False,
    "own-memory-limit": False,
    "own-pids-limit": False,
    "release-agent": False,
    "core-pattern": True,
    "swappiness": True,
    "threads-max": True,
    "file-max": True,
    "sysrq": False,
    "kernel-memory": False,
    "sysfs-knob": False,
    "load-module": False,
    "load-kernel": False,
    "reboot": True,
    "kernel-log": True,
    "bpf": True,
    "perf": True,
    "clock": True,
    "priority": True,
    "realtime": False,
    "debugfs": False,
    "tracefs": False,
    "file-handle": False,
    "file-handle-data": False,
    "vsock": False,
    "vsock-upper-bits": False,
    "crypto-socket": False,
    "io-uring": False,
    "userfaultfd": True,
    "swap": True,
    "foreign-id": True,
    "shared-layer": False,
    "outer-container": True,
}


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerClient]:
    docker_client = client()
    yield docker_client
    docker_client.close()


@pytest.fixture(scope="module")
def rootfs(engine: DockerClient, pytestconfig: pytest.Config) -> str:
    return rootfs_volume(engine, pytestconfig)


def _bring_probe(instance: Instance) -> None:
    assert instance.run(["sh", "-c", 'printf %s "$1" > "$2"', "sh", SOURCE, PROBE]).code == 0


@pytest.fixture(scope="module")
def confined(engine: DockerClient, rootfs: str) -> Iterator[Instance]:
    with bridge(engine) as network, running(engine, "confined", network, rootfs) as instance:
        _bring_probe(instance)
        yield instance


@pytest.fixture(scope="module")
def caps(engine: DockerClient) -> Iterator[Instance]:
    with bridge(engine) as network, running(engine, "caps", network, "") as instance:
        _bring_probe(instance)
        yield instance


def _verdicts(result: Result) -> dict[str, tuple[int, str]]:
    """Exit status and words of each probe."""
    lines = [line.split("\t") for line in result.output.splitlines() if line.count("\t") == 2]
    assert [name for name, _, _ in lines] == list(ESCAPES), result.output
    return {name: (int(code), words) for name, code, words in lines}


@pytest.fixture(scope="module")
def from_shell(confined: Instance) -> dict[str, tuple[int, str]]:
    return _verdicts(confined.run(["perl", PROBE, "all", *ESCAPES]))


@pytest.fixture(scope="module")
def from_privileged(confined: Instance) -> dict[str, tuple[int, str]]:
    """From the most powerful container that the learner can make."""
    powers = [
        "--privileged",
        "--pid",
        "host",
        "--network",
        "host",
        "--ipc",
        "host",
        "--uts",
        "host",
        "--security-opt",
        "seccomp=unconfined",
        "-v",
        "/:/host",
    ]
    probe = ["chroot", "/host", "perl", PROBE, "all", *ESCAPES]
    return _verdicts(confined.run(["docker", "run", "--rm", *powers, "busybox", *probe]))


@pytest.fixture(scope="module")
def from_caps(caps: Instance) -> dict[str, tuple[int, str]]:
    return _verdicts(caps.run(["perl", PROBE, "all", *ESCAPES]))


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("where", ["from_shell", "from_privileged"])
def test_escape_is_refused_under_confined(name: str, where: str, request: pytest.FixtureRequest) -> None:
    code, words = request.getfixturevalue(where)[name]
    assert code in {REFUSED, UNTESTABLE}, words


@pytest.mark.parametrize("name", [name for name, certain in ESCAPES.items() if certain])
def test_the_same_escape_succeeds_under_caps(name: str, from_caps: dict[str, tuple[int, str]]) -> None:
    code, words = from_caps[name]
    assert code == PERMITTED, words


def test_most_probes_mean_something_on_this_kernel(from_caps: dict[str, tuple[int, str]]) -> None:
    assert sum(code == PERMITTED for code, _ in from_caps.values()) >= 16, from_caps


@pytest.mark.parametrize("name", USES)
def test_use(name: str, confined: Instance) -> None:
    result = confined.sh(f"cd $(mktemp -d)\n{USES[name]}")
    assert result.code == 0, result.output


@pytest.mark.parametrize("name", ["run", "build", "publish", "memory-limit"])
def test_use_under_caps(name: str, caps: Instance) -> None:
    result = caps.sh(f"cd $(mktemp -d)\n{USES[name]}")
    assert result.code == 0, result.output


def test_learner_is_root_with_ids_of_its_own(confined: Instance) -> None:
    result = confined.sh("id -u; cat /proc/self/uid_map /proc/self/gid_map; ps -o pid= -C dockerd | wc -l; hostname; pwd; echo $HOME")
    base = str(confined.spec.id_base)
    assert result.output.split() == ["0", *["0", base, "65536"] * 2, "1", "node1", "/root", "/root"]


def test_outer_init_has_given_up_its_powers(confined: Instance) -> None:
    status = execute(confined.container, ["cat", "/proc/1/status"]).output
    values = {name: value for name, colon, value in (line.partition(":\t") for line in status.splitlines()) if colon}
    kill = 1 << 5
    assert [int(values[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb")] == [kill, kill, 0, 0, 0]
    assert values["NoNewPrivs"] == "1"


def test_learner_has_no_hand_on_the_outer_log(confined: Instance) -> None:
    confined.sh("for f in /proc/[0-9]*/fd/[12]; do echo flood > $f; done 2>/dev/null; true")
    assert confined.container.logs() == b""


def test_fork_bomb_ends_at_the_limit_and_docker_lives(confined: Instance) -> None:
    result = confined.run(["perl", PROBE, "processes", str(2 * PIDS)])
    assert result.code == REFUSED, result.output
    assert confined.sh("docker version").code == 0


def test_memory_hog_is_killed_and_docker_lives(confined: Instance) -> None:
    megabytes = MEMORY * 3 // 2 >> 20
    result = confined.run(["perl", PROBE, "memory", str(megabytes)])
    assert result.code == 137, result.output
    assert confined.sh("docker version").code == 0


def test_inotify_of_the_host_is_not_used_up(engine: DockerClient, confined: Instance) -> None:
    held = confined.sh(f"perl {PROBE} inotify 100000 > held & sleep 1; cat held")
    try:
        assert int(held.output) >= 100
        host_root = engine.containers.run(IMAGE, ["perl", "-e", SOURCE, "inotify", "1"], entrypoint=[], labels=LABELS, detach=True)
        try:
            limit = time.monotonic() + 10
            while not (said := host_root.logs()) and time.monotonic() < limit:
                time.sleep(0.1)
            assert said.strip() == b"1"
        finally:
            host_root.remove(force=True)
    finally:
        confined.sh("pkill -f 'probe.pl inotify' || true")


@pytest.mark.parametrize("profile", ["confined", "caps"])
def test_restart_keeps_what_the_learner_made(profile: str, request: pytest.FixtureRequest) -> None:
    instance: Instance = request.getfixturevalue(profile)
    made = instance.sh("echo kept > /root/kept; docker volume create kept; docker run -d --name kept --restart always busybox sleep 600")
    assert made.code == 0, made.output
    instance.container.restart(timeout=0)
    instance.wait_ready()
    result = instance.sh(
        "cat /root/kept; docker ps --filter name=kept --format '{{.Names}}'; docker volume ls -q --filter name=^kept; ip route"
    )
    assert result.output.split()[:3] == ["kept", "kept", "kept"]
    assert "default via" in result.output


def test_docker_comes_back_when_the_learner_ends_it(confined: Instance) -> None:
    assert confined.sh("docker ps -aq | xargs -r docker rm -f; pkill -9 -x dockerd").code == 0
    limit = time.monotonic() + 20
    while confined.sh("docker version").code != 0:
        assert time.monotonic() < limit
        time.sleep(0.2)
    confined.wait_ready()
    assert confined.sh("docker run --rm busybox true").code == 0


def test_deadline_and_names_are_inside(confined: Instance) -> None:
    result = confined.sh("cat /run/drydock/deadline; cat /etc/resolv.conf; grep node1 /etc/hosts")
    assert result.output.split() == [str(confined.spec.deadline), "nameserver", "127.0.0.53", confined.address(), "node1"]


def test_greeting_is_for_login_shells_only(confined: Instance) -> None:
    assert "your own Docker host" in confined.run(["bash", "-lic", "true"]).output
    assert "your own Docker host" not in confined.run(["bash", "-lc", "true"]).output
    assert "your own Docker host" not in confined.run(["bash", "-ic", "true"]).output


def test_probe_says_whether_the_host_can(engine: DockerClient) -> None:
    volume = engine.volumes.create()
    try:
        options = probe_options(IMAGE, volume.name)
        assert engine.containers.run(**options) == b""
        with pytest.raises(ContainerError) as caught:
            engine.containers.run(**options | {"cap_add": ["NET_ADMIN"]})
        assert complaint(caught.value).splitlines() == [
            "drydock: sysfs cannot be made writable (the container lacks CAP_SYS_ADMIN): Operation not permitted"
        ]
    finally:
        volume.remove()


def test_unknown_profile_is_named() -> None:
    with pytest.raises(UnknownProfile, match=r"no isolation profile 'open'; there are confined, caps\."):
        get_profile("open")


def test_ids_of_the_host_are_not_given_away(confined: Instance) -> None:
    values = {name: getattr(confined.spec, name) for name in InstanceSpec.__slots__} | {"id_base": 0}
    with pytest.raises(ValueError, match="not the first of 65536 host ids"):
        get_profile("confined").create_options(InstanceSpec(**values))
