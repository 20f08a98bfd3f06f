"""What a proof found out: plain data, for the report, the rows and the files that it writes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from labs.fences import FenceKind
from labs.models import Lab


class Kind(StrEnum):
    """What was tried."""

    BEFORE = "check before"
    BLOCK = "block"
    NEAR_MISS = "near miss"
    UNDO = "undo"
    AFTER = "check after"


class Verdict(StrEnum):
    """How it came out."""

    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried. ``line`` is in the page's file; ``spoiled``: something of the lab had failed before."""

    kind: Kind
    verdict: Verdict
    step: str
    title: str
    line: int = 0
    what: str = ""
    message: str = ""
    screen: str = ""
    seconds: float = 0.0
    spoiled: bool = False

    @property
    def place(self) -> str:
        """Where in the lab, for people."""
        where = f"“{self.title}”" if self.title else "the beginning"
        return f"{where}, line {self.line}" if self.line else where


class State(StrEnum):
    """What became of a lab."""

    HELD = "held"
    FAILED = "failed"
    NOT_PROVED = "not proved"


@dataclass(slots=True)
class LabProof:
    """Everything about one lab. ``reason`` says why the lab as a whole failed or was not proved.

    ``transcripts`` are the terminals of a lab that failed, by instance, with all that has scrolled away.
    """

    lab: Lab
    findings: list[Finding] = field(default_factory=list)
    reason: str = ""
    tried: bool = False
    seconds: float = 0.0
    memory: int = 0
    disk: int = 0
    images: list[str] = field(default_factory=list)
    engine_version: str = ""
    inner_version: str = ""
    profile: str = ""
    clashes: list[str] = field(default_factory=list)
    before: list["LabProof"] = field(default_factory=list)
    """Earlier tries of the same run, which failed."""
    transcripts: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """Held only when each block, check and near miss of the lab was tried and held."""
        if not self.tried:
            return State.NOT_PROVED
        complete = all(passed == total for passed, total in (self.blocks, self.checks, self.near_misses))
        return State.HELD if complete and not self.reason and not self.failures else State.FAILED

    @property
    def failures(self) -> list[Finding]:
        """What did not hold, in order."""
        return [finding for finding in self.findings if finding.verdict is Verdict.FAILED]

    @property
    def skipped(self) -> list[Finding]:
        """Blocks that the author wants skipped, with their reasons as messages."""
        return [finding for finding in self.findings if finding.verdict is Verdict.SKIPPED]

    @property
    def blocks(self) -> tuple[int, int]:
        """Run blocks typed to their end, and all that are not skipped."""
        return self._held(Kind.BLOCK), sum(1 for kind, skip in self._acts() if kind is FenceKind.RUN and not skip)

    @property
    def near_misses(self) -> tuple[int, int]:
        """Near misses that were refused, and all."""
        return self._held(Kind.NEAR_MISS), sum(1 for kind, _ in self._acts() if kind is FenceKind.NEAR_MISS)

    @property
    def checks(self) -> tuple[int, int]:
        """Steps whose check refused before and passed after, and all steps."""
        steps = [section.anchor for section in self.lab.script.steps]
        refused, passed = self._steps(Kind.BEFORE), self._steps(Kind.AFTER)
        return sum(1 for step in steps if step in refused and step in passed), len(steps)

    def _held(self, kind: Kind) -> int:
        return sum(1 for finding in self.findings if finding.kind is kind and finding.verdict is Verdict.HELD)

    def _steps(self, kind: Kind) -> set[str]:
        return {finding.step for finding in self.findings if finding.kind is kind and finding.verdict is Verdict.HELD}

    def _acts(self) -> Iterator[tuple[FenceKind, str]]:
        for section in self.lab.script.sections:
            for act in section.acts:
                yield act.kind, act.skip
