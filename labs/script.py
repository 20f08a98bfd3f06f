"""A lab as the platform plays it: its sections in order, each with what is typed, tried and checked in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from labs.fences import Fence, FenceKind
from labs.keystrokes import keystrokes
from sandboxes.keystroke import Keystroke


class ScriptError(ValueError):
    """The fences of a page do not make a lab; ``line`` is where, the text says why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is typed or run: a run block, a near miss, or what takes a near miss back."""

    kind: FenceKind
    source: str
    node: str = ""
    interrupt: bool = False
    seconds: int = 120
    skip: str = ""
    line: int = 0

    @property
    def keystrokes(self) -> list[Keystroke]:
        """What a click types for it."""
        return keystrokes(self.source)

    @property
    def interrupts(self) -> bool:
        """Whether it ends what runs in the foreground before it types anything."""
        return self.interrupt or [stroke.kind for stroke in self.keystrokes[:1]] == ["keys"]


@dataclass(frozen=True, slots=True)
class Check:
    """The script that says whether a step is done; ``seconds`` is its time limit."""

    source: str
    node: str = ""
    seconds: int = 10
    line: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one second-level heading; with a check it is a step. ``anchor`` is its identity."""

    anchor: str
    title: str
    acts: tuple[Act, ...] = ()
    check: Check | None = None
    hints: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """All sections of a lab page, in order; the first may be what stands before any heading."""

    sections: tuple[Section, ...] = field(default=())

    @property
    def steps(self) -> list[Section]:
        """The sections that have a check."""
        return [section for section in self.sections if section.check is not None]

    def step(self, anchor: str) -> Section | None:
        """The step with this anchor."""
        return next((section for section in self.steps if section.anchor == anchor), None)

    def before(self, anchor: str) -> list[Section]:
        """The sections that come before the one with this anchor."""
        anchors = [section.anchor for section in self.sections]
        return list(self.sections[: anchors.index(anchor)])

    def to_json(self) -> list[dict[str, Any]]:
        """JSON-able data that ``from_json`` reads."""
        return [asdict(section) for section in self.sections]

    @classmethod
    def from_json(cls, data: Sequence[dict[str, Any]]) -> "Script":
        """What ``to_json`` gave."""
        return cls(tuple(_section(dict(item)) for item in data))


def _section(item: dict[str, Any]) -> Section:
    item["acts"] = tuple(Act(**{**act, "kind": FenceKind(act["kind"])}) for act in item["acts"])
    item["check"] = Check(**item["check"]) if item["check"] else None
    return Section(**item)


@dataclass(slots=True)
class Draft:
    """A section while its page is read: the fences under a heading, and how many hints."""

    anchor: str = ""
    title: str = ""
    fences: list[Fence] = field(default_factory=list)
    hints: int = 0


def assemble(drafts: Iterable[Draft]) -> tuple[Script, list[ScriptError]]:
    """The script of a page, and all that is wrong with it."""
    drafts = list(drafts)
    errors = [error for draft in drafts for error in _mistakes(draft)]
    return Script(tuple(_assemble(draft) for draft in drafts)), errors


def _assemble(draft: Draft) -> Section:
    checks = [Check(f.source, f.node, f.seconds, f.line) for f in draft.fences if f.kind is FenceKind.CHECK]
    acts = tuple(
        Act(f.kind, f.source, f.node, f.interrupt, f.seconds, f.skip, f.line) for f in draft.fences if f.kind is not FenceKind.CHECK
    )
    return Section(draft.anchor, draft.title, acts, checks[0] if checks else None, draft.hints)


def _mistakes(draft: Draft) -> Iterator[ScriptError]:
    checks = [fence for fence in draft.fences if fence.kind is FenceKind.CHECK]
    for extra in checks[1:]:
        yield ScriptError(extra.line, "the section has a check already; a step has one")
    before: Fence | None = None
    for fence in draft.fences:
        if fence.kind is FenceKind.CHECK and not draft.anchor:
            yield ScriptError(fence.line, "a check belongs under a second-level heading, which is its step")
        if fence.kind in {FenceKind.NEAR_MISS, FenceKind.UNDO} and not checks:
            yield ScriptError(fence.line, f"this {fence.kind} block needs a check in the same section")
        if fence.kind is FenceKind.UNDO and (before is None or before.kind is not FenceKind.NEAR_MISS):
            yield ScriptError(fence.line, "an undo block follows the near-miss block that it takes back")
        before = fence


def left_running(sections: Iterable[Section]) -> set[int]:
    """The ids of acts that need not get their prompt back, since what is typed next in the same terminal interrupts them."""
    found: set[int] = set()
    last: dict[str, Act] = {}
    for section in sections:
        for act in section.acts:
            if act.kind is FenceKind.UNDO or act.skip:
                continue
            node = act.node or "node1"
            if node in last and act.interrupts:
                found.add(id(last[node]))
            last[node] = act
    return found
