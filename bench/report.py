"""Lines of the table, their aims, and the file that keeps them."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, what it is compared with, and the most that it should be.

    ``most`` bounds ``ours`` (in ``unit``), ``most_ratio`` ours / baseline, ``most_over`` ours - baseline; None: no aim.
    """

    title: str
    unit: str
    ours: float
    baseline: float
    against: str
    most: float | None = None
    most_ratio: float | None = None
    most_over: float | None = None
    note: str = ""
    samples: dict[str, list[float]] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Ours in units of the baseline."""
        return self.ours / self.baseline if self.baseline else float("inf")

    @property
    def aim(self) -> str:
        """The aims in words."""
        words = []
        if self.most_ratio is not None:
            words.append(f"≤ {self.most_ratio:g} ×")
        if self.most is not None:
            words.append(f"≤ {self.most:g} {self.unit}")
        if self.most_over is not None:
            words.append(f"≤ + {self.most_over:g} {self.unit}")
        return ", ".join(words)

    @property
    def met(self) -> bool | None:
        """Whether every aim is met, None where there is none."""
        checks = [(self.most, self.ours), (self.most_ratio, self.ratio), (self.most_over, self.ours - self.baseline)]
        aims = [found <= limit for limit, found in checks if limit is not None]
        return all(aims) if aims else None


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def table(lines: Sequence[Line]) -> str:
    """All lines, for a terminal."""
    rows = [("what", "ours", "baseline", "ratio", "aim", "", "baseline is")]
    for line in lines:
        met = {True: "met", False: "MISSED", None: ""}[line.met]
        figures = (f"{line.ours:.4g} {line.unit}", f"{line.baseline:.4g} {line.unit}", f"{line.ratio:.2f}")
        rows.append((line.title, *figures, line.aim, met, line.against))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text + [f"{line.title}: {line.note}" for line in lines if line.note])


def keep(lines: Sequence[Line], folder: Path, facts: dict[str, str]) -> Path:
    """Write the lines with all their samples to a new file in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"{now:%Y%m%d-%H%M%S}.json"
    machine = {"kernel": platform.release(), "python": platform.python_version(), "cpus": str(os.cpu_count()), **facts}
    found = [{**asdict(line), "ratio": line.ratio, "met": line.met} for line in lines]
    path.write_text(json.dumps({"at": now.isoformat(), "machine": machine, "lines": found}, indent=1) + "\n", encoding="utf-8")
    return path
