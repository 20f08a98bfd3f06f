"""docs/proof.md: what has been proved, written out of the rows."""

from collections.abc import Iterable, Iterator, Mapping

from labs.models import Lab, Proof
from labs.proof.clashes import page
from labs.proof.report import size
from labs.proof.store import by_module

_HEAD = """\
# What is proved

The text that a learner reads is the test. `manage.py prove` takes each lab to a real sandbox and goes through its page: the
check of a step must refuse before anything was done, every run block is typed into a real terminal as a click would type it,
what the author lists as near misses is typed too and must be refused, and at the end of the step the check must pass.

`make prove` does that for all modules with a Redis and a worker of its own; `make prove ARGS="docker-101"` for one.
[Developing](developing.md#the-proof) says more. This page is written by `manage.py prove --write docs/proof.md`.

Memory is the peak of the instance that took most, as the engine counts it: page cache is part of it. Disk is what is in the
sandbox's Docker and home directory, without the images that all sandboxes share.
"""


def document(proofs: Iterable[tuple[Lab, Proof | None]], titles: Mapping[str, str]) -> str:
    """The page. ``titles`` are the titles of modules by slug."""
    grouped = by_module(proofs)
    parts = [_HEAD, *_totals(grouped, titles)]
    for slug, pairs in grouped.items():
        parts.extend(_module(titles.get(slug, slug), pairs))
    return "\n".join(parts).rstrip() + "\n"


def _totals(grouped: Mapping[str, list[tuple[Lab, Proof | None]]], titles: Mapping[str, str]) -> Iterator[str]:
    yield "| Module | Labs that hold | Run blocks | Steps | Near misses | Minutes |\n|---|---|---|---|---|---|"
    everything = [pair for pairs in grouped.values() for pair in pairs]
    for slug, pairs in grouped.items():
        yield _total(titles.get(slug, slug), pairs)
    yield _total("**All**", everything) + "\n"


def _total(name: str, pairs: list[tuple[Lab, Proof | None]]) -> str:
    proofs = [proof for _, proof in pairs if proof is not None]
    counts = [
        f"{sum(getattr(proof, f'{what}_passed') for proof in proofs)} of {sum(getattr(proof, f'{what}_total') for proof in proofs)}"
        for what in ("blocks", "checks", "near_misses")
    ]
    held = sum(1 for proof in proofs if proof.held)
    minutes = sum(proof.seconds for proof in proofs) / 60
    return f"| {name} | {held} of {len(pairs)} | {' | '.join(counts)} | {minutes:.1f} |"


def _module(title: str, pairs: list[tuple[Lab, Proof | None]]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| Lab | | Run blocks | Steps | Near misses | Seconds | Memory | Disk | Docker outside, inside | Profile | Date |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for lab, proof in pairs:
        yield _row(lab, proof)
    yield ""
    notes = [note for lab, proof in pairs if proof is not None for note in _notes(lab, proof)]
    if notes:
        yield "\n".join(notes) + "\n"


def _row(lab: Lab, proof: Proof | None) -> str:
    name = f"{lab.title} (`{lab.slug}`)"
    if proof is None:
        return f"| {name} | not proved | | | | | | | | | |"
    state = "holds" if proof.held else "**fails**"
    state += ", changed since" if proof.content_hash != lab.content_hash else ""
    cells = (
        name,
        state,
        f"{proof.blocks_passed} of {proof.blocks_total}",
        f"{proof.checks_passed} of {proof.checks_total}",
        f"{proof.near_misses_passed} of {proof.near_misses_total}",
        f"{proof.seconds:.0f}",
        size(proof.memory),
        size(proof.disk),
        ", ".join(version for version in (proof.engine_version, proof.inner_version) if version),
        f"`{proof.profile}`",
        f"{proof.proved_at:%Y-%m-%d}",
    )
    return f"| {' | '.join(cells)} |"


def _notes(lab: Lab, proof: Proof) -> Iterator[str]:
    if proof.reason:
        yield f"- `{page(lab)}` fails: {_inline(proof.reason)}"
    for failure in proof.failures:
        yield f"- `{page(lab)}` line {failure['line']}, {failure['kind']}: {_inline(failure['message'])}"
    for skipped in proof.skipped:
        yield f"- `{page(lab)}` line {skipped['line']} is not typed: {_inline(skipped['message'])}"


def _inline(text: str) -> str:
    return " ".join(str(text).replace("|", "\\|").split())
