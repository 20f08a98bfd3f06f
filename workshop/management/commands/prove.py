"""The proof: run blocks and checks of labs in real sandboxes."""

import json
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labs.proof.document import document
from labs.proof.findings import LabProof, State
from labs.proof.junit import junit
from labs.proof.plan import Job, Limits, jobs_for
from labs.proof.report import as_json, report
from labs.proof.run import Results, labs_of, prove
from labs.proof.store import latest_proofs, save
from workshop.accounts.system import system_account
from workshop.agendas.proving import agenda_named, labs_of_agenda
from workshop.curriculum.models import Module

AGENDA = "agenda:"


class Command(BaseCommand):
    """Prove labs; a worker must run, which makes the sandboxes."""

    help = "Type every run block and run every check of labs in real sandboxes, and say what holds. Needs a running worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="*", help="Modules, labs, or agenda:ID (or its share token); everything when none is given.")
        parser.add_argument("--parallel", type=int, default=0, help="Sandboxes side by side; default: what processors and engine allow.")
        parser.add_argument("--budget", type=float, default=0, help="Minutes for everything; labs that had no turn are reported.")
        parser.add_argument("--tries", type=int, default=1, help="How often a lab that fails is tried, each time in a fresh sandbox.")
        parser.add_argument("--lab-minutes", type=float, default=Limits().lab_minutes, help="Minutes for one lab.")
        parser.add_argument("--junit", type=Path, help="Write a JUnit report.")
        parser.add_argument("--json", type=Path, help="Write everything as JSON.")
        parser.add_argument("--write", type=Path, help="Write the page about all proofs so far, such as docs/proof.md.")

    def handle(self, *args: Any, **options: Any) -> None:
        jobs = _jobs(options["what"])
        if not jobs:
            raise CommandError("There is no lab to prove. `manage.py loadcontent` loads the curriculum.")
        self._began = time.monotonic()
        limits = Limits(options["lab_minutes"], options["budget"], options["parallel"], max(1, options["tries"]))
        # Whoever ends us kindly wants the sandboxes ended too.
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
        # A shell starts what runs in the background with SIGINT ignored, and that is inherited.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            results = prove(jobs=jobs, owner=system_account("prover"), limits=limits, tell=self._tell, done=_keep)
        except KeyboardInterrupt:
            raise CommandError("Stopped. Its sandboxes are ended.", returncode=130) from None
        self._finish(results, options)

    def _tell(self, lab: str, words: str) -> None:
        lines = words.splitlines() or [""]
        self.stdout.write(f"{time.monotonic() - self._began:7.1f} s  {lab:<24} {lines[0]}")
        self.stdout.flush()

    def _finish(self, results: Results, options: dict[str, Any]) -> None:
        proofs = [proof for _, proof in results.proofs]
        for purpose in results.left:
            self.stderr.write(f"The sandbox of {purpose} is still being removed; the worker goes on with it.")
        if options["junit"]:
            _write(options["junit"], junit(proofs))
        if options["json"]:
            _write(options["json"], json.dumps(as_json(proofs), indent=1))
        if options["write"]:
            _write(options["write"], document(latest_proofs(), dict(Module.objects.values_list("slug", "title"))))
        self.stdout.write("\n" + report(proofs))
        if any(proof.state is State.FAILED or proof.clashes for proof in proofs):
            raise SystemExit(1)


def _jobs(what: list[str]) -> list[Job]:
    agendas = [word.removeprefix(AGENDA) for word in what if word.startswith(AGENDA)]
    others = [word for word in what if not word.startswith(AGENDA)]
    jobs = [_agenda_job(name) for name in agendas]
    if others or not agendas:
        try:
            jobs += jobs_for(labs_of(others))
        except ValueError as error:
            raise CommandError(f"There is no module and no lab called {error}.") from error
    return jobs


def _agenda_job(name: str) -> Job:
    agenda = agenda_named(name)
    if agenda is None:
        raise CommandError(f"There is no agenda {name}.")
    labs = labs_of_agenda(agenda)
    if not labs:
        raise CommandError(f"The agenda “{agenda.title}” has no lab.")
    return Job(f"agenda-{agenda.pk}", tuple(labs), agenda=str(agenda.pk))


def _keep(job: Job, proof: LabProof) -> None:
    save(job, proof)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
