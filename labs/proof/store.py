"""Proofs as rows, and what pages say of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.timesince import timesince

from labs.models import Lab, Proof
from labs.proof.findings import Finding, LabProof, State
from labs.proof.plan import Job


def save(job: Job, proof: LabProof) -> Proof:
    """Keep a proof of a lab."""
    blocks, checks, near = proof.blocks, proof.checks, proof.near_misses
    return Proof.objects.create(
        lab=proof.lab,
        agenda=job.agenda,
        held=proof.state is State.HELD,
        reason=proof.reason,
        blocks_passed=blocks[0],
        blocks_total=blocks[1],
        checks_passed=checks[0],
        checks_total=checks[1],
        near_misses_passed=near[0],
        near_misses_total=near[1],
        seconds=proof.seconds,
        memory=proof.memory,
        disk=proof.disk,
        engine_version=proof.engine_version[:40],
        inner_version=proof.inner_version[:40],
        profile=proof.profile,
        images=proof.images,
        failures=[_plain(finding) for finding in proof.failures],
        skipped=[_plain(finding) for finding in proof.skipped],
        content_hash=proof.lab.content_hash,
    )


def _plain(finding: Finding) -> dict[str, object]:
    return {**asdict(finding), "kind": str(finding.kind), "verdict": str(finding.verdict)}


@dataclass(frozen=True, slots=True)
class Summary:
    """The latest proofs of all labs of a module. Minutes, and bytes of the lab that takes most."""

    labs: int
    proved: int
    held: int
    changed: int
    passed: int
    total: int
    at: datetime | None
    engine: str
    seconds: float
    memory: int
    disk: int

    @property
    def state(self) -> str:
        """``held``, ``failed``, ``changed`` (since it was proved), ``partly`` proved, or ``none``."""
        if not self.proved:
            return "none"
        if self.held < self.proved:
            return "failed"
        if self.changed:
            return "changed"
        return "held" if self.proved == self.labs else "partly"

    @property
    def failed(self) -> int:
        """Labs of which something did not hold."""
        return self.proved - self.held

    @property
    def text(self) -> str:
        """In one line: "proved today, 41 of 41, Docker 26.1, peak 612 MiB"."""
        if self.at is None:
            return "not proved yet"
        parts = [f"proved {_when(self.at)}", f"{self.passed} of {self.total}"]
        if self.proved < self.labs:
            parts.append(f"{self.proved} of {self.labs} labs")
        if self.failed:
            parts.append(f"{self.failed} lab{'s fail' if self.failed > 1 else ' fails'}")
        if self.engine:
            parts.append(f"Docker {'.'.join(self.engine.split('.')[:2])}")
        if self.memory:
            parts.append(f"peak {self.memory >> 20} MiB")
        if self.changed:
            parts.append(f"{self.changed} lab{'s' if self.changed > 1 else ''} changed since")
        return ", ".join(parts)


def _when(moment: datetime) -> str:
    days = (timezone.localdate() - timezone.localtime(moment).date()).days
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{timesince(moment, depth=1)} ago"


def latest_proofs(modules: Iterable[str] | None = None, *, texts: bool = True) -> list[tuple[Lab, Proof | None]]:
    """Each lab that is taught with its latest proof in a sandbox of its own; two queries. ``modules``: of these alone.

    Without ``texts`` the failures, with all their screens, are left in the database.
    """
    labs = Lab.objects.filter(withdrawn=False)
    if modules is not None:
        labs = labs.filter(module__in=list(modules))
    newest = Proof.objects.filter(lab=OuterRef("pk"), agenda="").order_by("-proved_at", "-pk").values("pk")[:1]
    light = labs.only("slug", "title", "module", "page", "content_hash").annotate(newest=Subquery(newest))
    rows = list(light)
    found = Proof.objects.all() if texts else Proof.objects.defer("failures", "skipped", "images")
    proofs = found.in_bulk([row.newest for row in rows if row.newest])
    return [(row, proofs.get(row.newest)) for row in rows]


def by_module(proofs: Iterable[tuple[Lab, Proof | None]]) -> dict[str, list[tuple[Lab, Proof | None]]]:
    """The same, by the slugs of the labs' modules, in order."""
    found: dict[str, list[tuple[Lab, Proof | None]]] = {}
    for lab, proof in proofs:
        found.setdefault(lab.module, []).append((lab, proof))
    return found


def summaries(modules: Iterable[str] | None = None) -> dict[str, Summary]:
    """What is proved of modules, by slug; modules without labs are not in it. Two queries, however many there are."""
    return {slug: _summary(pairs) for slug, pairs in by_module(latest_proofs(modules, texts=False)).items()}


def summary(module_slug: str) -> Summary | None:
    """What is proved of a module; None where it has no lab. Two queries."""
    return summaries([module_slug]).get(module_slug)


def _summary(pairs: list[tuple[Lab, Proof | None]]) -> Summary:
    found = [(lab, proof) for lab, proof in pairs if proof is not None]
    proofs = [proof for _, proof in found]
    newest = max(proofs, key=lambda proof: proof.proved_at, default=None)
    return Summary(
        labs=len(pairs),
        proved=len(found),
        held=sum(1 for proof in proofs if proof.held),
        changed=sum(1 for lab, proof in found if proof.content_hash != lab.content_hash),
        passed=sum(proof.passed for proof in proofs),
        total=sum(proof.total for proof in proofs),
        # The oldest of them: the whole is as fresh as its oldest part.
        at=min((proof.proved_at for proof in proofs), default=None),
        engine=newest.engine_version if newest else "",
        seconds=sum(proof.seconds for proof in proofs),
        memory=max((proof.memory for proof in proofs), default=0),
        disk=max((proof.disk for proof in proofs), default=0),
    )
