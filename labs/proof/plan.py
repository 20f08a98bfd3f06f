"""Which labs are proved in which sandboxes, in which order, and within which time."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labs.models import Lab
from sandboxes.services import room


@dataclass(frozen=True, slots=True)
class Job:
    """Labs that are proved one after the other in one sandbox. ``agenda`` is the agenda that they are taught in, if any."""

    name: str
    labs: tuple[Lab, ...]
    agenda: str = ""

    @property
    def purpose(self) -> str:
        """What the sandbox is for."""
        return f"prove-{self.name}"[:100]

    @property
    def instances(self) -> int:
        """So many as the lab that needs most."""
        return max((lab.instances for lab in self.labs), default=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Minutes for each lab and for everything (0: no limit), how many sandboxes side by side (0: what fits), and how often a lab is tried.

    A lab that failed is tried again in a fresh sandbox, and the report says so: for busy machines, where a moment decides.
    """

    lab_minutes: float = 20.0
    budget_minutes: float = 0.0
    parallel: int = 0
    tries: int = 1


def jobs_for(labs: Iterable[Lab]) -> list[Job]:
    """A sandbox for each lab."""
    return [Job(lab.slug, (lab,)) for lab in labs]


def side_by_side(jobs: Sequence[Job], wanted: int) -> int:
    """How many sandboxes at a time: as many as wanted, else one for each processor; never more than the engine has room for."""
    largest = max((job.instances for job in jobs), default=1)
    fits = max(1, room() // largest)
    return max(1, min(wanted or os.cpu_count() or 1, fits, len(jobs) or 1))
