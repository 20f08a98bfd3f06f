"""What a proof says of itself: state, table, JUnit, JSON, the page, the line on a module's card."""

import json
import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import Lab, Proof
from labs.proof import summaries, summary
from labs.proof.clashes import Leftovers, clashes
from labs.proof.document import document
from labs.proof.findings import Finding, Kind, LabProof, State, Verdict
from labs.proof.junit import junit
from labs.proof.plan import Job, jobs_for, side_by_side
from labs.proof.report import as_json, report
from labs.proof.run import labs_of
from labs.proof.store import latest_proofs, save
from sandboxes.models import Engine, Sandbox
from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.accounts.system import system_account
from workshop.agendas.document import Day, Document, Item
from workshop.agendas.models import Agenda
from workshop.agendas.proving import agenda_named, labs_of_agenda
from workshop.curriculum.loading import load

MODULE = """\
title: {title}
summary: s
minutes: 10
level: beginner
position: {position}
tracks: [introduction]
objectives: [o]
"""
PAGE = """\
---
title: The {slug} page
minutes: 10
kind: lab
lab: {slug}
---
## First step

```sh near-miss
touch wrong
```

```sh run
touch right
```

```sh run skip="needs a browser"
firefox
```

```sh check
test -e /root/right
```
"""


@pytest.fixture
def labs(tmp_path: Path, db: None) -> list[Lab]:
    """Two labs of module one, one of module two."""
    write(tmp_path, ["one", "two"], {"one": ["red", "green"], "two": ["blue"]})
    load([tmp_path])
    return list(Lab.objects.all())


def write(folder: Path, modules: list[str], pages: dict[str, list[str]]) -> None:
    for position, slug in enumerate(modules, start=1):
        module = folder / "modules" / slug
        module.mkdir(parents=True)
        text = MODULE.format(title=slug.title(), position=position).replace("minutes: 10", f"minutes: {10 * len(pages[slug])}")
        (module / "module.yaml").write_text(text)
        for number, page in enumerate(pages[slug], start=1):
            (module / f"0{number}-{page}.md").write_text(PAGE.format(slug=page))


def finding(kind: Kind, verdict: Verdict = Verdict.HELD, **more: str) -> Finding:
    return Finding(kind, verdict, "first-step", "First step", 12, **more)  # type: ignore[arg-type]


def held(lab: Lab) -> LabProof:
    kinds = [finding(kind) for kind in (Kind.BEFORE, Kind.NEAR_MISS, Kind.BLOCK, Kind.AFTER)]
    skipped = finding(Kind.BLOCK, Verdict.SKIPPED, what="firefox", message="needs a browser")
    return LabProof(
        lab, [*kinds, skipped], tried=True, seconds=61.2, memory=612 << 20, disk=5 << 20, engine_version="26.1.5", profile="caps"
    )


def failed(lab: Lab) -> LabProof:
    miss = finding(Kind.NEAR_MISS, Verdict.FAILED, what="touch wrong", message="It passes.", screen="node1 $ touch\x1b wrong\n]]>")
    return LabProof(lab, [finding(Kind.BEFORE), miss, finding(Kind.BLOCK), finding(Kind.AFTER)], tried=True)


def test_a_lab_holds_only_where_everything_was_tried(labs: list[Lab]) -> None:
    proof = held(labs[0])
    assert (proof.state, proof.blocks, proof.checks, proof.near_misses) == (State.HELD, (1, 1), (1, 1), (1, 1))
    for number in range(4):
        without = held(labs[0])
        del without.findings[number]
        assert without.state is State.FAILED, number
    assert failed(labs[0]).near_misses == (0, 1)
    assert LabProof(labs[0]).state is State.NOT_PROVED
    assert LabProof(labs[0], held(labs[0]).findings, tried=True, reason="It took too long.").state is State.FAILED


def test_the_report_has_all_of_it(labs: list[Lab]) -> None:
    text = report([held(labs[0]), failed(labs[1]), LabProof(labs[2], reason="out of time")])
    lines = [line.split() for line in text.splitlines()]
    assert ["one", "red", "holds", *["1", "of", "1", "1", "of", "1", "1", "of", "1", "61", "612", "MiB", "5", "MiB"]] in lines
    assert ["one", "green", "FAILED", *["1", "of", "1", "1", "of", "1", "0", "of", "1", "0", "0", "KiB", "0", "KiB"]] in lines
    assert "two     blue   not proved (out of time)  0 of 1" in text
    assert "one/red, “First step”, line 12: firefox  (needs a browser)" in text
    assert "near miss, “First step”, line 12: It passes.\n    $ touch wrong\n    | node1 $ touch" in text
    last = "proof: 1 of 3 labs hold, 1 failed, 2 of 3 steps, 1 blocks skipped with a reason, 1 not proved"
    assert text.splitlines()[-1] == last


def test_junit_counts_failures_and_what_was_left_out(labs: list[Lab]) -> None:
    root = ElementTree.fromstring(junit([held(labs[0]), failed(labs[1]), LabProof(labs[2], reason="out of time")]))
    found = [tuple(suite.get(name) for name in ("name", "tests", "failures", "skipped")) for suite in root]
    assert found == [("red", "5", "0", "1"), ("green", "4", "1", "0"), ("blue", "1", "0", "1")]
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.text is not None
    assert "touch\ufffd wrong" in failure.text
    assert [case.get("name") for case in root[0]][:2] == ["first-step: check before, line 12", "first-step: near miss, line 12"]


def test_json_has_the_findings(labs: list[Lab]) -> None:
    (lab,) = json.loads(json.dumps(as_json([failed(labs[1])])))
    assert (lab["lab"], lab["page"], lab["state"], lab["near_misses"]) == ("green", "green", "failed", {"passed": 0, "total": 1})
    assert [one["kind"] for one in lab["findings"]] == ["check before", "near miss", "block", "check after"]


def test_the_summary_is_of_the_latest_proofs(labs: list[Lab]) -> None:
    red, green, _ = labs
    empty = summary("one")
    assert empty is not None
    assert (empty.state, empty.text) == ("none", "not proved yet")
    save(Job("red", (red,)), failed(red))
    save(Job("red", (red,)), held(red))
    save(Job("agenda", (green,), agenda="x"), failed(green))
    partly = summary("one")
    assert partly is not None
    assert (partly.state, partly.text) == ("partly", "proved today, 3 of 3, 1 of 2 labs, Docker 26.1, peak 612 MiB")
    save(Job("green", (green,)), held(green))
    Lab.objects.filter(pk=red.pk).update(content_hash="other")
    changed = summary("one")
    assert changed is not None
    assert (changed.state, changed.text) == ("changed", "proved today, 6 of 6, Docker 26.1, peak 612 MiB, 1 lab changed since")
    save(Job("green", (green,)), failed(green))
    Proof.objects.update(proved_at=timezone.now() - timedelta(days=1))
    worse = summary("one")
    assert worse is not None
    assert worse.state == "failed"
    assert worse.text.startswith("proved yesterday, 5 of 6, 1 lab fails")
    assert summary("three") is None


def test_pages_say_what_is_proved(labs: list[Lab], client: Client, alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    agenda = Agenda.objects.create(title="Mine", owner=alice, data={"days": []})
    trainer = signed_in(alice)
    for lab in labs:
        save(Job(lab.slug, (lab,)), held(lab))
        with django_assert_num_queries(2):
            summaries()
    words = "proved today, 6 of 6, Docker 26.1, peak 612 MiB"
    assert words in client.get("/modules/one/").content.decode()
    assert words in client.get("/modules/").content.decode()
    assert words in trainer.get(f"/agendas/{agenda.pk}/").content.decode()


def test_the_page_of_all_proofs(labs: list[Lab]) -> None:
    red, green, _ = labs
    save(Job("red", (red,)), held(red))
    save(Job("green", (green,)), failed(green))
    text = document(latest_proofs(), {"one": "One"})
    assert "| One | 1 of 2 | 2 of 2 | 2 of 2 | 1 of 2 | 1.0 |" in text
    assert "| **All** | 1 of 3 | 2 of 2 | 2 of 2 | 1 of 2 | 1.0 |" in text
    assert "| The red page (`red`) | holds | 1 of 1 | 1 of 1 | 1 of 1 | 61 | 612 MiB | 5 MiB | 26.1.5 | `caps` |" in text
    assert "| The blue page (`blue`) | not proved |" in text
    assert "- `one/green` line 12, near miss: It passes.\n" in text
    assert "- `one/red` line 12 is not typed: needs a browser\n" in text


def test_clashes_name_both_pages(labs: list[Lab]) -> None:
    red, green, blue = labs
    left = Leftovers()
    left.note(red, "name web\nport 8080\n", 100)
    left.note(green, "name web\n", 300 << 20)
    screen = (
        'The container name "/web" is already in use by container "1"\n'
        "Bind for 0.0.0.0:8080 failed: port is already allocated\nwrite: no space left on de\nvice"
    )
    assert clashes(blue, [finding(Kind.BLOCK, message="", screen=screen)], left) == [
        "The name web that two/blue wants is still used by what one/red has left.",
        "The disk is full at two/blue; most of it, 300 MiB, was there after one/green.",
    ]


def test_what_is_proved_is_chosen_by_module_lab_or_agenda(labs: list[Lab], alice: User) -> None:
    assert [lab.slug for lab in labs_of([])] == ["red", "green", "blue"]
    assert [lab.slug for lab in labs_of(["two", "green"])] == ["green", "blue"]
    with pytest.raises(ValueError, match="gone"):
        labs_of(["gone"])
    for word in ("gone", "agenda:gone", "agenda:00000000-0000-4000-8000-000000000000"):
        with pytest.raises(CommandError, match="There is no"):
            call_command("prove", word)
    items = (Item("a", "module", 10, "two"), Item("b", "module", 10, "one", pages=("green",)))
    document = Document((Day("d", items=items),))
    agenda = Agenda.objects.create(title="Mine", owner=alice, data=document.to_json())
    assert agenda_named(agenda.share_token) == agenda_named(str(agenda.pk)) == agenda
    assert [lab.slug for lab in labs_of_agenda(agenda)] == ["blue", "green"]


def test_as_many_side_by_side_as_the_engine_has_room_for(labs: list[Lab], engine: Engine, bobs: Sandbox) -> None:
    engine.capacity = 3
    engine.save()
    jobs = jobs_for(labs)
    assert side_by_side(jobs, 9) == 3
    assert side_by_side(jobs[:1], 9) == 1
    Sandbox.objects.update(state="ready")
    assert side_by_side(jobs, 9) == 2


@pytest.mark.django_db
def test_the_prover_is_nobody(client: Client) -> None:
    taken = User.objects.create_user("prover@system.invalid", "correct horse battery")
    prover = system_account("prover")
    assert prover.pk == taken.pk
    assert (prover.is_active, prover.has_usable_password()) == (False, False)
    assert system_account("prover") == prover
    assert not client.login(email="prover@system.invalid", password="correct horse battery")
