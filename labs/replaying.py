"""The run blocks of a lab typed once more, for somebody who wants to be further on."""

from collections.abc import Mapping

from labs.checking import Answer, run_checks, until_done
from labs.fences import FenceKind
from labs.script import Act, Check, Script, Section, left_running
from labs.typists import Typists
from sandboxes.services import NoPrompt, Place

PATIENCE = 20.0
"""Seconds within which a step must hold after its blocks."""
FOREGROUND = 4.0
"""Seconds that a block gets which leaves a program in the foreground, for a later block to interrupt."""


class ReplayFailed(Exception):
    """A step could not be replayed; the text says which, and what is left to do."""


class Replay:
    """Somebody at the keys of the learner's terminals, one for each instance."""

    def __init__(self, script: Script, places: Mapping[str, Place], since: int, typists: Typists) -> None:
        self.script = script
        self._places = places
        self._since = since
        self._typists = typists
        self._stays = left_running(script.sections)

    async def section(self, section: Section) -> None:
        """Type the blocks of a section and wait until its step holds. Raises ReplayFailed and SandboxError."""
        for act in section.acts:
            if act.kind is FenceKind.RUN and not act.skip:
                await self._type(section, act)
        if section.check is not None and not await self._holds(section.check):
            raise ReplayFailed(f"“{section.title}” did not come out as it should. Your sandbox is as far as that step: go on from there.")

    async def _type(self, section: Section, act: Act) -> None:
        typist = await self._typists.at(act.node or "node1")
        stays = FOREGROUND if id(act) in self._stays else 0
        try:
            await typist.type(act.keystrokes, interrupt=act.interrupt, seconds=act.seconds, stays=stays)
        except NoPrompt as error:
            await typist.give_up()
            raise ReplayFailed(
                f"A command of “{section.title}” did not end. Your sandbox is as far as that step: go on from there."
            ) from error

    async def _holds(self, check: Check) -> bool:
        where = self._places[check.node or "node1"]

        async def ask() -> Answer:
            return (await run_checks(where, {"step": check}, since=self._since))["step"]

        return (await until_done(ask, within=PATIENCE)).state == "done"
