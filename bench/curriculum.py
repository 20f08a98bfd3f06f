"""What pages and the planner cost, and that what is not on a page costs nothing; measured by bench.renders in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from bench.product import ROOT
from bench.report import Line, median

FEW, FULL, MANY = "11", "40", "500"
RENDER = 15.0
"""Milliseconds that a module's page may take."""

PLAN = 200.0
"""Milliseconds that the planner may take for the largest catalogue."""


def curriculum() -> list[Line]:
    """All lines; takes about half a minute."""
    done = subprocess.run([sys.executable, "-m", "bench.renders"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return [*(line for name, samples in found["pages"].items() for line in _page(name, samples)), *_planner(found["planner"])]


def _page(name: str, samples: dict[str, Any]) -> list[Line]:
    queries = samples["queries"]
    # To look through more texts takes longer; only what is shown is limited.
    ratio = None if "searched" in name else 1.3
    time = Line(
        f"{name}, server time with {MANY} modules", "ms", median(samples[MANY]), median(samples[FULL]),
        f"the same with {FULL} modules, which fill every page", most_ratio=ratio, most=RENDER if name == "module page" else None,
        note=f"{median(samples[FEW]):.1f} ms with {FEW} modules", samples={n: samples[n] for n in (FEW, FULL, MANY)},
    )  # fmt: skip
    count = Line(
        f"{name}, queries with {MANY} modules", "", queries[MANY], queries[FEW],
        f"the same with {FEW} modules", most_over=1, most=3 if name == "module page" else None,
    )  # fmt: skip
    return [time, count]


def _planner(samples: dict[str, list[float]]) -> list[Line]:
    small, *larger = samples
    against = f"a catalogue of {small} modules, two days"
    return [
        Line(f"planner, catalogue of {name}", "ms", median(samples[name]), median(samples[small]), against, most=PLAN,
             samples={"ours": samples[name], "baseline": samples[small]})
        for name in larger
    ]  # fmt: skip
