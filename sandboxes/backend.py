"""The contract between the lifecycle of a sandbox and the engine that runs it.

Each verb, what holds when it returns, and what it may raise:

prepare   the engine has what every sandbox needs. EngineDown, ImageMissing, StartFailed.
start     every instance runs and its Docker answers. EngineDown, ImageMissing, AddressTaken,
          StartFailed, NeverReady, and whatever ``on_step`` raises.
status    nothing has changed. EngineDown.
destroy   nothing of the sandbox is left; "not there" is success. EngineDown, RemovalFailed.
run       the command has ended; it needs a running instance. EngineDown.
images    nothing has changed. EngineDown, ImageMissing, StartFailed.
fetch     the mirror has the image, from its upstream registry. EngineDown, ImageMissing, StartFailed.

All of them may be called at any time and any number of times. ``start`` may find anything
that an earlier, killed call has left, and finishes it. Shells are opened by the terminals, through a
stream of their own (sandboxes.streams).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sandboxes.states import Step

OnStep = Callable[[Step], None]
"""Called before each step and about each second while one lasts; raises to stop the start."""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What a prepared engine says of itself: its version, the sandbox image's id, its name servers, and the mirror's address.

    ``mirror`` is empty where there is no mirror; ``images`` are those in it, with the bytes to download.
    """

    version: str
    image_id: str
    dns: tuple[str, ...]
    mirror: str = ""
    images: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SandboxSpec:
    """All that an engine needs to know to make a sandbox.

    ``deadline`` is in epoch seconds; ``engine`` is what an earlier prepare() found, where that is known.
    """

    sandbox_id: UUID
    slot: int
    instances: tuple[int, ...]
    deadline: int
    labels: Mapping[str, str]
    engine: EngineFacts | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an engine has of one sandbox: whether each instance's container runs, by its number."""

    sandbox_id: str
    running: Mapping[str, bool] = field(default_factory=dict)


class Backend(Protocol):
    """One engine. See above for what each verb promises."""

    def prepare(self) -> EngineFacts:
        """Make the engine ready for sandboxes; cheap when it already is."""

    def start(self, spec: SandboxSpec, on_step: OnStep) -> None:
        """Make every part of the sandbox and wait until each instance's Docker answers."""

    def status(self) -> list[Found]:
        """Every sandbox of this installation that the engine has any part of."""

    def destroy(self, sandbox_id: UUID) -> None:
        """Remove every container, network and volume of the sandbox."""

    def run(self, container: str, argv: Sequence[str]) -> int:
        """Run a short command as the learner's root; the exit status, 127 where the container is gone."""

    def images(self) -> Mapping[str, int]:
        """What the mirror holds: by learners' names, the bytes to download."""

    def fetch(self, name: str, on_line: Callable[[str], None]) -> None:
        """Copy an image from the mirror's upstream registry into the mirror, telling how it goes."""
