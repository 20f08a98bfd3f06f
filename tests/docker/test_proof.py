"""The proof of a tiny course in real sandboxes: what holds, what does not, what hangs, and that nothing is left behind."""

import io
import signal
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import docker
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from labs.models import Lab, Proof
from labs.proof import walk
from labs.proof.findings import Finding, Kind, LabProof, State, Verdict
from labs.proof.plan import Job, Limits, jobs_for
from labs.proof.report import report
from labs.proof.run import Tell, prove
from labs.proof.store import save
from sandboxes import engines, naming, tasks
from sandboxes.docker_backend import DockerBackend
from sandboxes.models import Sandbox
from tests.docker.test_backend import on_engine
from workshop.accounts.system import system_account
from workshop.curriculum.loading import load

pytestmark = [pytest.mark.docker, pytest.mark.django_db(transaction=True)]

MODULE = """\
title: Tiny
summary: s
minutes: {minutes}
level: beginner
position: 1
tracks: [introduction]
objectives: [o]
"""
HEAD = "---\ntitle: {title}\nminutes: 10\nkind: lab\nlab: tiny-{name}\ninstances: {instances}\n---\n"

HOLDS = """\
## Inside a container

```sh near-miss
docker run --name first busybox hostname
```

```sh undo
docker rm -f first
```

```sh run
docker run -it --name first busybox sh
echo in-$((40 + 2))
exit
```

```sh check
docker logs first 2>&1 | grep -q in-42 || { echo "It does not say 42."; exit 1; }
```

## A key

```sh run
docker run -it --name ping busybox ping localhost
^C
```

```sh check
[ "$(docker inspect -f '{{.State.Status}}' ping)" = exited ]
```

## Lines that belong together

```sh run
cat > note.txt <<'END'
it's one
	two "
END
```

```sh run skip="needs a browser"
firefox note.txt
```

```sh check
printf 'it'"'"'s one\\n\\ttwo "\\n' | cmp -s - /root/note.txt
```

## In the foreground

```sh run
docker run --rm --name fore busybox sh -c 'while :; do date; sleep 1; done'
```

```sh check
docker ps --format '{{.Names}}' | grep -qx fore
```

## On another host

```sh run interrupt
touch ended
```

```sh run node=node2
hostname > where
```

```sh check node=node2
grep -q node2 /root/where
```
"""

WRONG = """\
## Passes before

```sh run
touch one
```

```sh check
true
```

## Passes on its near miss

```sh near-miss
touch two
```

```sh run
touch two
```

```sh check
[ -e /root/two ]
```

## Never passes

```sh run
touch three
```

```sh check timeout=1
sleep 30
```
"""

HANGS = """\
## Waits for more

```sh run limit=4
cat
```

```sh check
[ -e /root/after ]
```

## Hears no key

```sh run limit=4
sh -c "trap '' INT; while :; do sleep 1; done"
```

```sh run
touch after
```

```sh check
[ -e /root/after ]
```
"""

TAKES = """\
## Take a name and a port

```sh run
docker run -d --name web -p 8080:80 busybox sleep 1000
```

```sh check
[ "$(docker inspect -f '{{.State.Running}} {{.Config.Image}}' web)" = "true busybox" ]
```
"""

WANTS = """\
## Want the same

```sh run
docker run -d --name web busybox true
docker run -d -p 8080:80 busybox sleep 1000
touch wanted
```

```sh check
[ -e /root/wanted ] && [ "$(docker ps -q | wc -l)" = 2 ]
```
"""

PAGES = {"holds": HOLDS, "wrong": WRONG, "hangs": HANGS, "takes": TAKES, "wants": WANTS}
Course = Callable[..., list[Lab]]


@pytest.fixture(autouse=True)
def worker(backend: DockerBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does each task at once, in the thread that asks for it."""
    monkeypatch.setattr(engines, "backend_for", lambda engine: backend)
    monkeypatch.setattr(walk, "CHECK_PATIENCE", 3.0)
    monkeypatch.setattr("sandboxes.queue._send", lambda task, *args: getattr(tasks, task.removeprefix("sandboxes."))(*args))


@pytest.fixture(autouse=True)
def nothing_left(worker: None) -> Iterator[None]:
    """Whatever happens in a test, its sandboxes are gone afterwards."""
    yield
    assert [row for row in Sandbox.objects.all() if row.is_live or row.slot is not None or on_engine(row.pk) != (0, 0, 0)] == []


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Loads some of the pages; their labs."""

    def load_pages(*names: str) -> list[Lab]:
        folder = tmp_path / "modules" / "tiny"
        folder.mkdir(parents=True)
        (folder / "module.yaml").write_text(MODULE.format(minutes=10 * len(names)))
        for number, name in enumerate(names, start=1):
            head = HEAD.format(title=name.title(), name=name, instances=2 if name == "holds" else 1)
            (folder / f"0{number}-{name}.md").write_text(head + PAGES[name])
        load([tmp_path])
        return list(Lab.objects.all())

    return load_pages


def proved(jobs: list[Job], *, tell: Tell = lambda lab, words: None, tries: int = 1, **minutes: float) -> list[LabProof]:
    def keep(job: Job, proof: LabProof) -> None:
        save(job, proof)

    chosen = Limits(parallel=1, tries=tries, lab_minutes=minutes.get("lab_minutes", 20), budget_minutes=minutes.get("budget_minutes", 0))
    results = prove(jobs=jobs, owner=system_account("prover"), limits=chosen, tell=tell, done=keep)
    assert results.left == []
    return [proof for _, proof in results.proofs]


def failures(proof: LabProof) -> list[tuple[Kind, str]]:
    return [(finding.kind, finding.step) for finding in proof.failures]


def first(proof: LabProof, kind: Kind, step: str) -> Finding:
    return next(finding for finding in proof.findings if (finding.kind, finding.step) == (kind, step))


def test_a_lab_that_holds(course: Course) -> None:
    (proof,) = proved(jobs_for(course("holds")))
    assert proof.failures == []
    assert (proof.state, proof.blocks, proof.checks, proof.near_misses) == (State.HELD, (6, 6), (5, 5), (1, 1))
    assert [finding.message for finding in proof.skipped] == ["needs a browser"]
    assert first(proof, Kind.NEAR_MISS, "inside-a-container").message == "It does not say 42."
    stored = Proof.objects.get()
    assert (stored.held, stored.passed, stored.total) == (True, 12, 12)
    assert (stored.content_hash, stored.inner_version[:1].isdigit()) == (stored.lab.content_hash, True)
    assert stored.memory > 1 << 20
    assert stored.disk > 0
    assert "busybox" in stored.images


def test_a_lab_that_does_not_hold(course: Course) -> None:
    (proof,) = proved(jobs_for(course("wrong")))
    assert failures(proof) == [
        (Kind.BEFORE, "passes-before"),
        (Kind.NEAR_MISS, "passes-on-its-near-miss"),
        (Kind.BEFORE, "never-passes"),
        (Kind.AFTER, "never-passes"),
    ]
    assert first(proof, Kind.NEAR_MISS, "passes-on-its-near-miss").message == "The check passes on this near miss."
    assert "did not answer within 1 seconds" in first(proof, Kind.AFTER, "never-passes").message
    assert "touch three" in first(proof, Kind.AFTER, "never-passes").screen
    assert (proof.state, proof.checks, proof.near_misses) == (State.FAILED, (1, 3), (0, 1))
    assert [finding.spoiled for finding in proof.failures] == [False, True, True, True]
    assert proof.transcripts["node1"].count("touch") == 4


def test_what_never_gets_its_prompt_back_is_told_and_ended(course: Course) -> None:
    (proof,) = proved(jobs_for(course("hangs")))
    assert (Kind.BLOCK, "waits-for-more") in failures(proof)
    assert "^C brought it back" in first(proof, Kind.BLOCK, "waits-for-more").message
    assert "gets a new shell" in first(proof, Kind.BLOCK, "hears-no-key").message
    assert "trap '' INT" in first(proof, Kind.BLOCK, "hears-no-key").screen
    assert first(proof, Kind.AFTER, "hears-no-key").verdict is Verdict.HELD


def test_labs_of_an_agenda_share_a_sandbox_and_clashes_are_named(course: Course) -> None:
    takes, wants = course("takes", "wants")
    proofs = proved([Job("agenda-x", (takes, wants), agenda="x")])
    assert [proof.state for proof in proofs] == [State.HELD, State.FAILED]
    assert sorted(proofs[1].clashes) == [
        "The name web that tiny/wants wants is still used by what tiny/takes has left.",
        "The port 8080 that tiny/wants wants is still used by what tiny/takes has left.",
    ]
    assert Sandbox.objects.count() == 1


def test_labs_that_had_no_turn_are_reported(course: Course) -> None:
    proofs = proved(jobs_for(course("hangs", "takes")), budget_minutes=0.15)
    assert [proof.state for proof in proofs] == [State.NOT_PROVED, State.NOT_PROVED]
    assert [proof.reason[:11] for proof in proofs] == ["out of time", "out of time"]
    assert not Proof.objects.exists()


def test_a_lab_that_fails_is_tried_again_and_both_are_told(course: Course) -> None:
    taken: list[str] = []

    def take_away(lab: str, words: str) -> None:
        """Remove the first sandbox under its lab, as a neighbour or a full machine may."""
        if words == "begins" and not taken:
            with closing(docker.from_env()) as client:
                mine = client.containers.list(filters={"label": f"{naming.INSTALLATION_LABEL}={settings.INSTALLATION}"})
                taken.extend(str(container.name) for container in mine)
                for container in mine:
                    container.remove(force=True)

    (proof,) = proved(jobs_for(course("takes")), tell=take_away, tries=2)
    assert (proof.state, [earlier.state for earlier in proof.before], len(taken)) == (State.HELD, [State.FAILED], 1)
    text = report([proof])
    assert "Held at try 2 only: tiny-takes (tiny/takes); before that" in text
    assert text.endswith("proof: 1 of 1 labs hold, 0 failed, 1 of 1 steps, 1 only when tried again")
    assert [stored.held for stored in Proof.objects.order_by("pk")] == [False, True]


def test_a_lab_that_fails_each_time_has_failed(course: Course) -> None:
    (proof,) = proved(jobs_for(course("wants")), tries=2)
    assert (proof.state, len(proof.before)) == (State.FAILED, 1)
    assert [row.state for row in Sandbox.objects.all()] == ["stopped", "stopped"]


def test_a_lab_has_its_own_limit(course: Course) -> None:
    (proof,) = proved(jobs_for(course("holds")), lab_minutes=0.05)
    assert (proof.state, proof.reason) == (State.FAILED, "The lab did not end within its 0.05 minutes.")


def test_ctrl_c_leaves_no_sandbox(course: Course) -> None:
    course("takes")

    class Interrupting(io.StringIO):
        def write(self, text: str) -> int:
            if "held  check before" in text:
                signal.raise_signal(signal.SIGINT)
            return super().write(text)

    with pytest.raises(CommandError) as stopped:
        call_command("prove", stdout=Interrupting())
    assert stopped.value.returncode == 130
    assert [row.state for row in Sandbox.objects.all()] == ["stopped"]


def test_the_command_says_and_writes_what_holds(course: Course, tmp_path: Path) -> None:
    course("takes", "wants")
    out = io.StringIO()
    files = {name: tmp_path / "out" / name for name in ("junit", "json", "write")}
    with suppress(SystemExit):
        call_command("prove", "tiny-takes", stdout=out, parallel=1, **files)
        call_command("prove", "tiny", stdout=out, parallel=2, **files)
    assert "tiny    tiny-takes  holds   1 of 1  1 of 1  0 of 0" in out.getvalue()
    suites = ElementTree.parse(files["junit"]).getroot()
    assert [suite.get("failures") for suite in suites] == ["0", "1"]
    assert files["json"].read_text().startswith("[")
    assert "| Takes (`tiny-takes`) | holds |" in files["write"].read_text()
