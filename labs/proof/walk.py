"""Walks a lab as its page says: every check must refuse before, every block is typed, every check must pass after."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from labs.checking import Answer, run_checks, until_done
from labs.fences import FenceKind
from labs.models import Lab
from labs.proof.findings import Finding, Kind, Verdict
from labs.script import Act, Check, Section, left_running
from sandboxes.services import NoPrompt, Place, SandboxError, Typist, run_inside

CHECK_PATIENCE = 20.0
"""Seconds within which a check must pass after its step: what a block started may need a moment."""
FOREGROUND = 10.0
"""Seconds that a block gets which leaves a program in the foreground, for the next block to interrupt."""
UNDO_LIMIT = 120.0

OpenTypist = Callable[[str], Awaitable[Typist]]
Tell = Callable[[Finding], None]


@dataclass(slots=True)
class Walk:
    """One walk through a lab in a sandbox that is ready. ``places`` are its instances, ``typist`` gives the terminal of one."""

    lab: Lab
    places: Mapping[str, Place]
    typist: OpenTypist
    since: int
    tell: Tell
    after_section: Callable[[Section], Awaitable[None]] | None = None
    findings: list[Finding] = field(default_factory=list)
    _section: Section = field(default_factory=lambda: Section("", ""))
    _node: str = "node1"

    async def through(self) -> None:
        """All sections in order; what fails is noted, and the rest is tried all the same. Raises SandboxError where nothing goes on."""
        sections = self.lab.script.sections
        leaves_running = left_running(sections)
        for section in sections:
            self._section = section
            if section.check is not None:
                await self._before(section.check)
            for act in section.acts:
                await self._act(act, stays=id(act) in leaves_running)
            if section.check is not None:
                await self._after(section.check)
            if self.after_section is not None:
                await self.after_section(section)

    # -- checks

    async def _before(self, check: Check) -> None:
        began = time.monotonic()
        answer = await self._ask(check)
        if answer.state == "open":
            self._note(Kind.BEFORE, Verdict.HELD, check.line, began=began, message=answer.message)
        else:
            await self._fail(Kind.BEFORE, check.line, "The check passes before anything was done.", answer, began)

    async def _after(self, check: Check) -> None:
        began = time.monotonic()
        answer = await until_done(lambda: self._ask(check), within=CHECK_PATIENCE)
        if answer.state == "done":
            self._note(Kind.AFTER, Verdict.HELD, check.line, began=began)
        else:
            await self._fail(Kind.AFTER, check.line, "The check does not pass after the step.", answer, began)

    async def _ask(self, check: Check) -> Answer:
        where = self.places.get(check.node or "node1")
        if where is None:
            return Answer("broken", f"There is no instance {check.node}: the lab has {len(self.places)}.")
        return (await run_checks(where, {"step": check}, since=self.since))["step"]

    # -- what is typed

    async def _act(self, act: Act, *, stays: bool) -> None:
        if act.kind is FenceKind.UNDO:
            await self._undo(act)
            return
        kind = Kind.BLOCK if act.kind is FenceKind.RUN else Kind.NEAR_MISS
        if act.skip:
            self._note(kind, Verdict.SKIPPED, act.line, what=_first_line(act), message=act.skip)
            return
        began = time.monotonic()
        if not await self._type(kind, act, began, stays=stays):
            return
        if kind is Kind.BLOCK:
            self._note(kind, Verdict.HELD, act.line, began=began, what=_first_line(act))
        else:
            await self._refuse(act, began)

    async def _type(self, kind: Kind, act: Act, began: float, *, stays: bool) -> bool:
        self._node = act.node or "node1"
        if self._node not in self.places:
            await self._fail(kind, act.line, f"There is no instance {act.node}: the lab has {len(self.places)}.", None, began)
            return False
        typist = await self.typist(self._node)
        try:
            await typist.type(act.keystrokes, interrupt=act.interrupt, seconds=act.seconds, stays=FOREGROUND if stays else 0)
        except NoPrompt:
            screen = typist.screen
            helped = await typist.give_up()
            how = "^C brought it back." if helped else "^C did not bring it back: the rest of the lab gets a new shell."
            message = f"The prompt did not come back within {act.seconds} s. {how}"
            await self._fail(kind, act.line, message, None, began, what=_first_line(act), screen=screen)
            return False
        return True

    async def _refuse(self, act: Act, began: float) -> None:
        check = self._section.check
        assert check is not None  # labs.script holds near misses to steps
        answer = await self._ask(check)
        if answer.state == "open":
            self._note(Kind.NEAR_MISS, Verdict.HELD, act.line, began=began, what=_first_line(act), message=answer.message)
        else:
            await self._fail(Kind.NEAR_MISS, act.line, "The check passes on this near miss.", answer, began, what=_first_line(act))

    async def _undo(self, act: Act) -> None:
        began = time.monotonic()
        where = self.places.get(act.node or "node1")
        try:
            if where is None:
                raise TimeoutError
            outcome = await run_inside(where, ["bash", "-c", f"cd /root; {act.source}"], timeout=UNDO_LIMIT)
        except TimeoutError:
            await self._fail(Kind.UNDO, act.line, f"It did not end within {UNDO_LIMIT:g} s.", None, began, what=_first_line(act))
            return
        if outcome.status:
            said = outcome.output.decode(errors="replace").strip()[-500:]
            message = f"It ended with status {outcome.status}: {said}"
            await self._fail(Kind.UNDO, act.line, message, None, began, what=_first_line(act))
        else:
            self._note(Kind.UNDO, Verdict.HELD, act.line, began=began, what=_first_line(act))

    # -- what is noted

    async def _fail(
        self, kind: Kind, line: int, message: str, answer: Answer | None, began: float, what: str = "", screen: str = ""
    ) -> None:
        if answer is not None and answer.state == "broken":
            message = answer.message
        elif answer is not None and answer.message:
            message = f"{message} It says: {answer.message}"
        if not screen and self._node in self.places:
            try:
                screen = (await self.typist(self._node)).screen
            except SandboxError as error:
                screen = f"({error.message})"
        self._note(kind, Verdict.FAILED, line, began=began, what=what, message=message, screen=screen)

    def _note(
        self, kind: Kind, verdict: Verdict, line: int, *, began: float | None = None, what: str = "", message: str = "", screen: str = ""
    ) -> None:
        finding = Finding(
            kind=kind,
            verdict=verdict,
            step=self._section.anchor,
            title=self._section.title,
            line=line,
            what=what,
            message=message,
            screen=screen,
            seconds=round(time.monotonic() - began, 2) if began is not None else 0.0,
            spoiled=any(earlier.verdict is Verdict.FAILED for earlier in self.findings),
        )
        self.findings.append(finding)
        self.tell(finding)


def _first_line(act: Act) -> str:
    lines = act.source.strip().splitlines() or [""]
    return lines[0] + (" …" if len(lines) > 1 else "")
