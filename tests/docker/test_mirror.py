"""The mirror, from a confined sandbox whose way to the outside is cut."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import docker
import pytest
from django.conf import settings
from docker import DockerClient

from sandboxes import mirror, naming
from sandboxes.backend import EngineFacts, SandboxSpec
from sandboxes.docker_backend import DockerBackend
from sandboxes.errors import StartFailed
from sandboxes.states import Step
from tests.docker.conftest import make_backend
from tests.docker.instance import Result, execute

pytestmark = pytest.mark.docker


def nothing(step: Step) -> None:
    """Look on."""


class Learner:
    """A learner's root in a sandbox of the product."""

    def __init__(self, backend: DockerBackend, facts: EngineFacts, sandbox_id: UUID, slot: int) -> None:
        deadline = int(time.time()) + 3600
        labels = naming.labels(installation=settings.INSTALLATION, sandbox_id=sandbox_id, owner_id=7, deadline=deadline)
        backend.start(SandboxSpec(sandbox_id, slot, (1,), deadline, labels, facts), nothing)
        self._container = docker.from_env(timeout=120).containers.get(naming.container_name(sandbox_id, 1))
        self._profile = backend._profile

    def sh(self, script: str) -> Result:
        """Run a script in a login shell."""
        return execute(self._container, self._profile.enter(["bash", "-lc", f"set -euo pipefail\n{script}"]))

    def cut_off(self, address: str) -> None:
        """Leave no way out but the one to the mirror."""
        result = self.sh(
            f"read -r _ _ gateway _ < <(ip route show default); ip route del default; ip route add {address}/32 via $gateway dev eth0"
        )
        assert result == Result(0, "")


@pytest.fixture(scope="module")
def facts(prepared: EngineFacts) -> EngineFacts:
    """The engine's, with the rules and the mirror of this checkout: another test may have changed them."""
    fresh = make_backend().prepare()
    limit = time.monotonic() + 20
    while docker.from_env().containers.get(mirror.NAME).status != "running":
        assert time.monotonic() < limit
        time.sleep(0.1)
    return fresh


@pytest.fixture(autouse=True)
def door(facts: EngineFacts) -> None:
    """The firewall lets sandboxes reach it; other tests, and other versions on the same engine, have rules of their own."""
    make_backend()._guard(facts.dns, facts.mirror)


@pytest.fixture(scope="module")
def learner(facts: EngineFacts) -> Iterator[Learner]:
    backend, sandbox_id = make_backend(), uuid4()
    slot = naming.slot_count(settings.SANDBOX_SUBNETS) - 1
    try:
        made = Learner(backend, facts, sandbox_id, slot)
        made.cut_off(facts.mirror)
        yield made
    finally:
        backend.destroy(sandbox_id)


def test_an_image_is_pulled_from_the_mirror(learner: Learner, facts: EngineFacts) -> None:
    result = learner.sh(
        "docker pull --quiet nginx:1.26 && docker run --detach --quiet -p 80:80 nginx:1.26 >/dev/null && sleep 1; curl -s localhost"
    )
    assert (result.code, "<title>nginx in a container</title>" in result.output) == (0, True), result.output
    assert facts.images["nginx:1.26"] > 10_000_000


def test_a_build_begins_with_an_image_from_the_mirror(learner: Learner) -> None:
    result = learner.sh("printf 'FROM redis:8\\nRUN redis-server --version\\n' | docker build --progress plain - 2>&1")
    assert (result.code, "Redis server v=8" in result.output) == (0, True), result.output


def test_an_image_of_another_platform_is_there(learner: Learner) -> None:
    script = "docker pull --quiet --platform linux/%s hello-world && docker image inspect -f '{{.Architecture}}' hello-world"
    assert [learner.sh(script % platform).output.split()[-1] for platform in ("arm64", "amd64")] == ["arm64", "amd64"]


def test_an_image_that_nobody_has_is_refused_soon(learner: Learner) -> None:
    began = time.monotonic()
    result = learner.sh("docker pull drydock/nobody-has-this:1")
    assert result.code == 1
    assert time.monotonic() - began < 60, "a limit, not a measurement"


def test_a_nested_docker_uses_it_as_well(learner: Learner) -> None:
    result = learner.sh(
        "docker run --detach --privileged --name inner docker:26-dind --registry-mirror $DRYDOCK_MIRROR >/dev/null\n"
        "for i in $(seq 200); do docker exec inner docker info >/dev/null 2>&1 && break; sleep 0.2; done\n"
        "docker exec inner docker run --rm busybox:musl cat /etc/os-release; docker rm --force --volumes inner >/dev/null"
    )
    assert (result.code, "ID=busybox-musl" in result.output) == (0, True), result.output


REPOSITORIES = sorted(path.parent.name for path in (settings.BASE_DIR / "images/mirror/repositories").glob("*/README.md"))


@pytest.mark.parametrize("name", REPOSITORIES)
def test_an_example_repository_is_cloned(learner: Learner, name: str) -> None:
    result = learner.sh(
        f"cd /tmp && rm -rf {name} && git clone --quiet http://git.drydock/{name}.git && cd {name} && git log --format=%s && ls"
    )
    assert (result.code, "README.md" in result.output) == (0, True), result.output


# What a reader of each README types first, and what the last line must say.
TRIALS = {
    "build-vs-run": (
        "docker build --quiet --tag site:red --build-arg COLOUR=red . >/dev/null\n"
        "docker run --rm --env TITLE=Hello --env COLOUR=green site:red | tr -d '\\n' | grep -o '<body.*h1>'",
        '<body bgcolor="red"><h1>Hello</h1>',
    ),
    "ci-demo": (
        "docker run --detach --name registry --publish 5000:5000 registry:2 >/dev/null; sleep 1\n"
        "PORT=8001 ./pipeline >/tmp/log 2>&1 || cat /tmp/log\n"
        "sleep 1; curl -s localhost:8001/?name=Ada | grep -o 'Hello Ada, this is version'",
        "Hello Ada, this is version",
    ),
    "compose-stack": (
        "docker compose up --quiet-pull --detach --build --wait >/tmp/log 2>&1 || cat /tmp/log\n"
        "curl -s localhost:8080 >/dev/null; curl -s localhost:8080 | grep -o 'visit number 2'; docker compose down --volumes 2>/dev/null",
        "visit number 2",
    ),
    "monitoring-stack": (
        "docker compose up --quiet-pull --detach >/tmp/log 2>&1 || cat /tmp/log; for i in $(seq 40); do sleep 1\n"
        "n=$(curl -s 'localhost:9090/api/v1/query?query=sum(up)' | jq -r '.data.result[0].value[1]') || :; [ \"$n\" = 3 ] && break; done\n"
        "echo $n up; docker compose down --volumes 2>/dev/null",
        "3 up",
    ),
    "runtime-behaviour": (
        "docker compose up --quiet-pull --detach --build --wait >/tmp/log 2>&1 || cat /tmp/log; docker compose stop init 2>/dev/null\n"
        "docker compose logs init | grep -o 'SIGTERM received'; docker compose down -t 0 2>/dev/null",
        "SIGTERM received",
    ),
}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_an_example_works_as_its_readme_says(learner: Learner, name: str) -> None:
    script, expected = TRIALS[name]
    result = learner.sh(f"rm -rf /tmp/{name} && git clone --quiet http://git.drydock/{name}.git /tmp/{name} && cd /tmp/{name}\n{script}")
    assert (result.code, result.output.splitlines()[-1:]) == (0, [expected]), result.output


def test_nobody_can_write_into_it(learner: Learner, facts: EngineFacts) -> None:
    registry = f"http://{facts.mirror}:5000/v2"
    status = "curl -s -o /dev/null -w '%{http_code} ' -X"
    tries = (
        f"POST {registry}/library/busybox/blobs/uploads/",
        f"PUT --data '{{}}' {registry}/library/busybox/manifests/1.37",
        f"DELETE {registry}/library/busybox/manifests/1.37",
        "PUT --data x http://git.drydock/x.txt",
        "POST --data x http://git.drydock/compose-stack.git/git-receive-pack",
    )
    codes = learner.sh("\n".join(f"{status} {one}" for one in tries)).output.split()
    assert all(code in {"400", "403", "404", "405", "413"} for code in codes), codes
    assert len(codes) == len(tries)


def test_the_daemon_was_told_where_everybody_can_see_it(learner: Learner, facts: EngineFacts) -> None:
    told = json.loads(learner.sh("cat /etc/docker/daemon.json").output)
    assert told["registry-mirrors"] == [f"http://{facts.mirror}:5000", f"http://{facts.mirror}:5001"]
    assert told["log-driver"] == "json-file"
    assert learner.sh("echo $DRYDOCK_MIRROR").output == f"http://{facts.mirror}:5000\n"
    assert learner.sh("getent hosts git.drydock mirror.drydock | wc -l").output == "2\n"


def test_a_daemon_file_of_the_learners_own_keeps_the_mirror(learner: Learner, facts: EngineFacts) -> None:
    restart = "pkill -x dockerd; sleep 2; /usr/lib/drydock/ready 30"
    mirrors = "docker info --format '{{json .RegistryConfig.Mirrors}}'"
    learner.sh('echo \'{"insecure-registries": ["somewhere:5000"]}\' >/etc/docker/daemon.json')
    assert learner.sh(f"{restart}; {mirrors}").output == f'["http://{facts.mirror}:5000/","http://{facts.mirror}:5001/"]\n'
    learner.sh('echo \'{"registry-mirrors": ["http://192.0.2.1:5000"]}\' >/etc/docker/daemon.json')
    assert learner.sh(f"{restart}; {mirrors}").output == '["http://192.0.2.1:5000/"]\n'
    learner.sh(f"rm /etc/docker/daemon.json; {restart}")
    assert learner.sh(mirrors).output == f'["http://{facts.mirror}:5000/","http://{facts.mirror}:5001/"]\n'


def test_events_are_recorded_from_the_first_and_over_a_restart(learner: Learner) -> None:
    log = "/var/lib/drydock/events.log"
    learner.sh(
        "docker run --rm --name one busybox true; pkill -x dockerd; sleep 2; /usr/lib/drydock/ready 30\n"
        "docker run --rm --name two busybox true; sleep 1"
    )
    lines = learner.sh(f"cat {log}").output.splitlines()
    assert lines[0].startswith("image load sha256:"), lines[0]
    for name in ("one", "two"):
        actions = [line.split()[1] for line in lines if f'"name":"{name}"' in line and line.startswith("container ")]
        assert actions == ["create", "attach", "start", "die", "destroy"]
    stamps = [int(line.rpartition(" t=")[2]) for line in lines]
    assert len(set(stamps)) == len(stamps)
    assert all(len(str(stamp)) == 19 for stamp in stamps)


def test_the_record_is_bounded(learner: Learner) -> None:
    log = "/var/lib/drydock/events.log"
    learner.sh(
        f"pkill -x recorder; (yes 'filler t=1000000000000000000' || :) | head -c 4999900 >{log}\n"
        "(setsid /usr/lib/drydock/recorder >/dev/null 2>&1 &); sleep 1; docker run --rm --name three busybox true; sleep 1"
    )
    assert 1_000_000 < int(learner.sh(f"stat -c %s {log}").output) < 5_000_000
    assert '"name":"three"' in learner.sh(f"tail -n 3 {log}").output


def test_another_account_is_not_greeted_as_root(learner: Learner) -> None:
    learner.sh("useradd --create-home --shell /bin/bash dev")
    assert "You are root" not in learner.sh("su - dev -c 'bash -lic true' 2>&1").output
    assert "You are root" in learner.sh("bash -lic true 2>&1").output


def test_the_mirror_is_kept_up(facts: EngineFacts) -> None:
    engine: DockerClient = docker.from_env()
    backend = make_backend()
    backend.prepare()
    before = engine.containers.get(mirror.NAME).id
    backend.prepare()
    assert engine.containers.get(mirror.NAME).id == before
    make_backend(installation="ffffffffff").prepare()
    assert engine.containers.get(mirror.NAME).id == before
    engine.containers.get(mirror.NAME).remove(force=True)
    backend.prepare()
    assert engine.containers.get(mirror.NAME).id != before


def test_without_the_image_there_is_no_mirror_and_sandboxes_start(settings_without_mirror: None) -> None:
    assert make_backend().prepare().mirror == ""


@pytest.fixture
def settings_without_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MIRROR_IMAGE", "drydock/no-such-mirror:latest")


@contextmanager
def an_upstream(engine: DockerClient) -> Iterator[str]:
    """A registry with one image that the mirror does not have; its address."""
    name = f"drydock-test-{uuid4().hex[:8]}"
    container = engine.containers.run("drydock/lab-registry:latest", name=name, detach=True, labels={"io.drydock.test": "mirror"})
    try:
        container.reload()
        address = f"{container.attrs['NetworkSettings']['IPAddress']}:5000"
        script = (
            "until curl -s -o /dev/null http://$1/v2/; do sleep 0.2; done\n"
            "skopeo --insecure-policy copy --src-tls-verify=false --dest-tls-verify=false --quiet "
            "docker://$2:28500/library/busybox:1.37 docker://$1/library/upstream-only:1"
        )
        mirrors = make_backend().prepare().mirror
        engine.containers.run(settings.MIRROR_IMAGE, ["sh", "-euc", script, "fill", address, mirrors], network_mode="host", remove=True)
        yield f"http://{address}"
    finally:
        container.remove(force=True, v=True)


def test_what_is_missing_is_fetched_from_upstream_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    engine: DockerClient = docker.from_env(timeout=120)
    with an_upstream(engine) as upstream:
        monkeypatch.setattr(settings, "MIRROR_UPSTREAM", upstream)
        backend = make_backend()
        try:
            lines: list[str] = []
            backend.fetch("upstream-only:1", lines.append)
            assert backend.images()["upstream-only:1"] == backend.images()["busybox:1.37"]
            assert any("Copying blob" in line for line in lines), lines
            with pytest.raises(StartFailed, match=r"^nobody:1 could not be fetched from http://.*manifest unknown"):
                backend.fetch("nobody:1", lines.append)
        finally:
            forget = "rm -r /var/lib/mirror/images/docker/registry/v2/repositories/library/upstream-only"
            volumes = {mirror.NAME: {"bind": "/var/lib/mirror/images", "mode": "rw"}}
            engine.containers.run(settings.MIRROR_IMAGE, ["sh", "-c", forget], volumes=volumes, remove=True)


def test_the_pull_through_cache_listens_while_its_upstream_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The port is closed without the internet, as it is here; and open, with what upstream has, when there is a registry."""
    engine: DockerClient = docker.from_env(timeout=120)
    backend = make_backend()
    address = backend.prepare().mirror
    accept = "-H 'Accept: application/vnd.docker.distribution.manifest.v2+json'"
    url = f"http://{address}:{mirror.PORTS[mirror.UPSTREAM_PORT]}/v2/library/upstream-only/manifests/1"
    ask = f"curl -s -o /dev/null -w '%{{http_code}}' {accept} {url} || :"

    def answer() -> str:
        output: bytes = engine.containers.run(settings.MIRROR_IMAGE, ["sh", "-c", ask], network_mode="host", remove=True)
        return output.decode()

    def becomes(status: str) -> bool:
        limit = time.monotonic() + 40
        while (last := answer()) != status and time.monotonic() < limit:
            time.sleep(0.5)
        return last == status

    try:
        with an_upstream(engine) as upstream:
            monkeypatch.setattr(settings, "MIRROR_UPSTREAM", upstream)
            changed = make_backend()
            changed.prepare()
            # Quickly, before another worker on this engine makes one with its own upstream.
            engine.containers.get(mirror.NAME).remove(force=True)
            changed.prepare()
            assert becomes("200")
        assert becomes("000")
    finally:
        monkeypatch.undo()
        engine.containers.get(mirror.NAME).remove(force=True)
        make_backend().prepare()


def test_under_caps_it_is_the_same(facts: EngineFacts) -> None:
    backend, sandbox_id = make_backend(profile="caps"), uuid4()
    try:
        made = Learner(backend, facts, sandbox_id, naming.slot_count(settings.SANDBOX_SUBNETS) - 2)
        result = made.sh("docker run --rm --quiet busybox:musl cat /etc/os-release && git ls-remote http://git.drydock/ci-demo.git HEAD")
        assert (result.code, "ID=busybox-musl" in result.output) == (0, True), result.output
        assert made.sh("test -s /var/lib/drydock/events.log && echo $DRYDOCK_MIRROR").output == f"http://{facts.mirror}:5000\n"
    finally:
        backend.destroy(sandbox_id)
