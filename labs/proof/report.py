"""What a run of proofs says at its end: a table and the failures for people, JSON for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from labs.proof.clashes import page
from labs.proof.findings import Finding, LabProof, State

_HEAD = ("module", "lab", "state", "blocks", "checks", "near misses", "seconds", "memory", "disk")
_WORDS = {State.HELD: "holds", State.FAILED: "FAILED", State.NOT_PROVED: "not proved"}


def report(proofs: Sequence[LabProof]) -> str:
    """All of it, to print."""
    sections = (_clashes, _skipped, _failed, _again, _not_proved)
    parts = [table(proofs), *(part for section in sections for part in section(proofs)), closing_line(proofs)]
    return "\n".join(part for part in parts if part)


def table(proofs: Sequence[LabProof]) -> str:
    """A line for each lab."""
    rows = [_HEAD, *(_row(proof) for proof in proofs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _row(proof: LabProof) -> tuple[str, ...]:
    counts = [f"{passed} of {total}" for passed, total in (proof.blocks, proof.checks, proof.near_misses)]
    sizes = [size(proof.memory), size(proof.disk)] if proof.tried else ["", ""]
    state = _WORDS[proof.state] + (f" ({proof.reason})" if proof.state is State.NOT_PROVED else "")
    return (proof.lab.module, proof.lab.slug, state, *counts, f"{proof.seconds:.0f}" if proof.tried else "", *sizes)


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"


def closing_line(proofs: Sequence[LabProof]) -> str:
    """The last line: what holds, what does not, what was not proved."""
    states = [proof.state for proof in proofs]
    checks = [proof.checks for proof in proofs]
    line = f"proof: {states.count(State.HELD)} of {len(proofs)} labs hold, {states.count(State.FAILED)} failed"
    line += f", {sum(passed for passed, _ in checks)} of {sum(total for _, total in checks)} steps"
    skipped = sum(len(proof.skipped) for proof in proofs)
    line += f", {skipped} blocks skipped with a reason" if skipped else ""
    again = sum(1 for proof in proofs if proof.before and proof.state is State.HELD)
    line += f", {again} only when tried again" if again else ""
    left = states.count(State.NOT_PROVED)
    return line + (f", {left} not proved" if left else "")


def _clashes(proofs: Sequence[LabProof]) -> Iterator[str]:
    found = [sentence for proof in proofs for sentence in proof.clashes]
    if found:
        yield "\nClashes between labs:"
        yield from (f"  {sentence}" for sentence in found)


def _skipped(proofs: Sequence[LabProof]) -> Iterator[str]:
    found = [(proof, finding) for proof in proofs for finding in proof.skipped]
    if found:
        yield "\nNot typed, as the author says:"
        yield from (f"  {page(proof.lab)}, {finding.place}: {finding.what}  ({finding.message})" for proof, finding in found)


def _not_proved(proofs: Sequence[LabProof]) -> Iterator[str]:
    found = [proof for proof in proofs if proof.state is State.NOT_PROVED]
    if found:
        yield "\nNot proved:"
        yield from (f"  {page(proof.lab)} ({proof.lab.slug}): {proof.reason}" for proof in found)


def _again(proofs: Sequence[LabProof]) -> Iterator[str]:
    """What held only after it had failed: it is to be looked at, too."""
    for proof in proofs:
        if proof.before and proof.state is State.HELD:
            yield f"\nHeld at try {len(proof.before) + 1} only: {proof.lab.slug} ({page(proof.lab)}); before that"
            for earlier in proof.before:
                yield from ([f"  {earlier.reason}"] if earlier.reason else [])
                yield from (in_words(finding) for finding in earlier.failures)


def _failed(proofs: Sequence[LabProof]) -> Iterator[str]:
    for proof in proofs:
        if proof.state is State.FAILED:
            yield f"\nFAILED  {proof.lab.slug} ({page(proof.lab)})"
            if proof.reason:
                yield f"  {proof.reason}"
            yield from (in_words(finding) for finding in proof.failures)


def in_words(finding: Finding) -> str:
    """A failure with all that helps to see why, in several lines."""
    after = "  (something had failed before)" if finding.spoiled else ""
    lines = [f"  {finding.kind}, {finding.place}{after}: {finding.message}"]
    lines += [f"    $ {finding.what}"] if finding.what else []
    lines += [f"    | {line}" for line in finding.screen.splitlines()]
    return "\n".join(lines)


def as_json(proofs: Sequence[LabProof]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "lab": proof.lab.slug,
            "title": proof.lab.title,
            "module": proof.lab.module,
            "page": proof.lab.page,
            "state": str(proof.state),
            "reason": proof.reason,
            **{
                name: {"passed": passed, "total": total}
                for name, (passed, total) in (("blocks", proof.blocks), ("checks", proof.checks), ("near_misses", proof.near_misses))
            },
            "seconds": proof.seconds,
            "memory": proof.memory,
            "disk": proof.disk,
            "images": proof.images,
            "engine_version": proof.engine_version,
            "inner_version": proof.inner_version,
            "profile": proof.profile,
            "content_hash": proof.lab.content_hash,
            "clashes": proof.clashes,
            "transcripts": proof.transcripts,
            "findings": [asdict(finding) for finding in proof.findings],
        }
        for proof in proofs
    ]
