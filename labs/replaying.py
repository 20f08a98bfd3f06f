"""The run blocks of a lab typed once more, for somebody who wants to be further on."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from asgiref.sync import sync_to_async

from labs.checking import run_checks
from labs.fences import FenceKind
from labs.script import Act, Check, Script, Section, left_running
from sandboxes import services
from sandboxes.services import NoPrompt, Place, Typist

PATIENCE = 20.0
"""Seconds within which a step must hold after its blocks."""
FOREGROUND = 4.0
"""Seconds that a block gets which leaves a program in the foreground, for a later block to interrupt."""


class ReplayFailed(Exception):
    """A step could not be replayed; the text says which, and what is left to do."""


class Replay:
    """Somebody at the keys of the learner's terminals, one for each instance."""

    def __init__(self, script: Script, sandbox: Any, places: Mapping[str, Place], since: int, stack: AsyncExitStack) -> None:
        self.script = script
        self._sandbox = sandbox
        self._places = places
        self._since = since
        self._stack = stack
        self._typists: dict[str, Typist] = {}
        self._stays = left_running(script.sections)

    async def section(self, section: Section) -> None:
        """Type the blocks of a section and wait until its step holds. Raises ReplayFailed and SandboxError."""
        for act in section.acts:
            if act.kind is FenceKind.RUN and not act.skip:
                await self._type(section, act)
        if section.check is not None and not await self._holds(section.check):
            raise ReplayFailed(f"“{section.title}” did not come out as it should. Your sandbox is as far as that step: go on from there.")

    async def _type(self, section: Section, act: Act) -> None:
        typist = await self._typist(act.node or "node1")
        stays = FOREGROUND if id(act) in self._stays else 0
        try:
            await typist.type(act.keystrokes, interrupt=act.interrupt, seconds=act.seconds, stays=stays)
        except NoPrompt as error:
            await typist.give_up()
            raise ReplayFailed(
                f"A command of “{section.title}” did not end. Your sandbox is as far as that step: go on from there."
            ) from error

    async def _typist(self, node: str) -> Typist:
        if node not in self._typists:
            target = await sync_to_async(services.terminal_of)(sandbox=self._sandbox, node=node)
            self._typists[node] = await self._stack.enter_async_context(services.open_typist(target))
        return self._typists[node]

    async def _holds(self, check: Check) -> bool:
        limit = time.monotonic() + PATIENCE
        where = self._places[check.node or "node1"]
        while True:
            answer = (await run_checks(where, {"step": check}, since=self._since))["step"]
            if answer.state == "done" or time.monotonic() > limit:
                return answer.state == "done"
            await asyncio.sleep(1)
