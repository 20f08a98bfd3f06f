"""Proves labs side by side in real sandboxes, within a budget of time, and leaves none of the sandboxes behind."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.conf import settings

from labs.models import Lab
from labs.proof.clashes import LEFTOVERS, Leftovers, clashes
from labs.proof.findings import Finding, LabProof, State
from labs.proof.plan import Job, Limits, side_by_side
from labs.proof.stage import READY_WITHIN, Stage, clear_up, stage
from labs.proof.walk import Walk
from labs.script import Section
from sandboxes.services import SandboxError, at_once

if TYPE_CHECKING:
    from workshop.accounts.models import User

OUT_OF_TIME = "out of time"
_IMAGES = (
    "{ docker ps -a --format '{{.Image}}';"
    " docker events --since 0 --until \"$(date +%s)\" --filter type=container --filter event=create --format '{{.From}}'; } | sort -u"
)

Tell = Callable[[str, str], None]
"""Called with the name of a lab and what happens there."""
Done = Callable[[Job, LabProof], None]


@dataclass(slots=True)
class Results:
    """What came out of one run: in the order of the plan."""

    proofs: list[tuple[Job, LabProof]]
    left: list[str]


def prove(*, jobs: Sequence[Job], owner: "User", limits: Limits, tell: Tell, done: Done) -> Results:
    """Prove all jobs. ``done`` is called with each lab as soon as it was tried to its end, in a thread that may use the database.

    Needs a worker for the sandboxes. They are ended also on Ctrl-C, which is raised again once they are gone.
    """
    proofs = {(job.name, lab.slug): LabProof(lab, reason=OUT_OF_TIME) for job in jobs for lab in job.labs}
    left: list[str] = []
    # Out here, since the loop must not touch the database.
    parallel = side_by_side(jobs, limits.parallel)
    try:
        at_once(_all(jobs, proofs, _Run(owner, limits, tell, done, _ends(limits)), parallel))
    finally:
        tell("", "ending the sandboxes")
        left = clear_up(owner=owner, purposes=[job.purpose for job in jobs])
    return Results([(job, proofs[job.name, lab.slug]) for job in jobs for lab in job.labs], left)


@dataclass(frozen=True, slots=True)
class _Run:
    """What all jobs share. ``ends`` is when the budget of time is used up, on the monotonic clock."""

    owner: "User"
    limits: Limits
    tell: Tell
    done: Done
    ends: float


def _ends(limits: Limits) -> float:
    return time.monotonic() + limits.budget_minutes * 60 if limits.budget_minutes else float("inf")


async def _all(jobs: Sequence[Job], proofs: dict[tuple[str, str], LabProof], run: _Run, parallel: int) -> None:
    waiting = list(reversed(jobs))

    async def next_ones() -> None:
        while waiting and time.monotonic() < run.ends:
            await _tries(waiting.pop(), proofs, run)

    async with asyncio.TaskGroup() as group:
        for _ in range(parallel):
            group.create_task(next_ones())


async def _tries(job: Job, proofs: dict[tuple[str, str], LabProof], run: _Run) -> None:
    """A job as often as it may be tried, until it holds. What failed before is kept in what came last."""
    for number in range(1, run.limits.tries + 1):
        fresh = [LabProof(lab, reason=OUT_OF_TIME) for lab in job.labs]
        await _JobRun(job, fresh, run).through()
        for proof in fresh:
            _take(proofs, (job.name, proof.lab.slug), proof)
        failed = [proof for proof in fresh if proof.state is State.FAILED]
        if not failed or number == run.limits.tries or time.monotonic() >= run.ends:
            return
        run.tell(job.name, f"is tried again in a fresh sandbox ({number + 1} of {run.limits.tries})")


def _take(proofs: dict[tuple[str, str], LabProof], key: tuple[str, str], proof: LabProof) -> None:
    """Let a proof take the place of an earlier try; one that did not get its turn takes nobody's."""
    earlier = proofs[key]
    if earlier.tried and not proof.tried:
        return
    if earlier.tried:
        proof.before = [*earlier.before, earlier]
    proofs[key] = proof


@dataclass(slots=True)
class _JobRun:
    """One sandbox, from the request to its end."""

    job: Job
    proofs: list[LabProof]
    run: _Run

    async def through(self) -> None:
        """Prove the labs of the job; notes everything in its proofs and raises nothing that is expected."""
        left = Leftovers()
        try:
            patience = min(READY_WITHIN, self.run.ends - time.monotonic())
            async with stage(owner=self.run.owner, purpose=self.job.purpose, instances=self.job.instances, within=patience) as on:
                for proof in self.proofs:
                    if time.monotonic() >= self.run.ends:
                        return
                    await self._lab(on, proof, left)
        except SandboxError as error:
            if time.monotonic() >= self.run.ends:
                return
            # The sandbox could not be had or ended; what was not tried yet cannot be.
            for proof in self.proofs:
                if not proof.tried:
                    proof.tried, proof.reason = True, f"{error.message} {error.detail}".strip()
                    await sync_to_async(self.run.done)(self.job, proof)
                    self.run.tell(proof.lab.slug, f"FAILED  {proof.reason}")

    async def _lab(self, on: Stage, proof: LabProof, left: Leftovers) -> None:
        began = time.monotonic()
        proof.tried, proof.reason = True, ""
        self.run.tell(proof.lab.slug, "begins")
        try:
            await self._within_time(on, proof)
        except SandboxError as error:
            proof.reason = f"{error.message} {error.detail}".strip()
        finally:
            proof.seconds = round(time.monotonic() - began, 1)
        await _facts(on, proof)
        if proof.state is not State.HELD:
            proof.transcripts = await on.typists.transcripts()
        if self.job.agenda:
            proof.clashes = clashes(proof.lab, proof.findings, left)
            left.note(proof.lab, await on.say(LEFTOVERS), proof.disk)
        if proof.tried:
            await sync_to_async(self.run.done)(self.job, proof)
        self.run.tell(proof.lab.slug, f"{proof.state.upper() if proof.state != 'held' else 'holds'}  {proof.seconds:.0f} s  {proof.reason}")

    async def _within_time(self, on: Stage, proof: LabProof) -> None:
        limit = self.run.limits.lab_minutes * 60
        budget = self.run.ends - time.monotonic()
        patience = asyncio.timeout(min(limit, budget))
        try:
            async with patience:
                await on.put_files(proof.lab)
                await self._walk(on, proof)
        except TimeoutError:
            if not patience.expired():
                proof.reason = "The sandbox did not answer in time."
            elif budget <= limit:
                proof.tried, proof.reason = False, f"{OUT_OF_TIME}, in the middle of it"
            else:
                proof.reason = f"The lab did not end within its {self.run.limits.lab_minutes:g} minutes."

    async def _walk(self, on: Stage, proof: LabProof) -> None:
        async def measure(section: Section) -> None:
            usage = await on.usage()
            proof.memory, proof.disk = max(proof.memory, usage.memory), max(proof.disk, usage.disk)

        def tell(finding: Finding) -> None:
            words = (finding.verdict.upper() if finding.verdict == "failed" else finding.verdict, finding.kind, finding.place)
            self.run.tell(proof.lab.slug, "  ".join(word for word in (*words, finding.message) if word))

        # The first lab of a sandbox begins with the sandbox itself, later ones where they begin.
        since = 0 if proof is self.proofs[0] else time.time_ns()
        places = {node: where for node, where in on.places.items() if int(node.removeprefix("node")) <= proof.lab.instances}
        walk = Walk(proof.lab, places, on.typists.at, since, tell, measure, proof.findings)
        await walk.through()


async def _facts(on: Stage, proof: LabProof) -> None:
    proof.profile = settings.SANDBOX_PROFILE
    proof.engine_version = on.row.engine.version
    proof.inner_version = await on.say("docker version --format '{{.Server.Version}}'")
    proof.images = (await on.say(_IMAGES)).split()


def labs_of(slugs: Sequence[str]) -> list[Lab]:
    """The labs of these modules and labs, all where none is named, in the order of the curriculum.

    Raises ValueError with the first that is neither.
    """
    known = list(Lab.objects.filter(withdrawn=False))
    for slug in slugs:
        if not any(slug in (lab.slug, lab.module) for lab in known):
            raise ValueError(slug)
    return [lab for lab in known if not slugs or lab.slug in slugs or lab.module in slugs]
