"""Run by the tests as a program: supervises the services that a JSON file describes.

``{"services": [[name, code, grace], …], "well": bool, "patience": seconds}``; ``code`` is Python. Services find
JOURNAL in their environment: a file to which they append what happens to them.
"""

import json
import os
import sys
from pathlib import Path

from dev.console import Problem
from dev.services import Service
from dev.supervisor import Plan, supervise


def main(folder: Path) -> int:
    told = json.loads((folder / "plan.json").read_text())

    async def health() -> list[str]:
        return [] if told["well"] else ["database: it is on holiday"]

    try:
        return supervise(
            Plan(
                services=[Service(name, (sys.executable, "-u", "-c", code), grace) for name, code, grace in told["services"]],
                env={**os.environ, "JOURNAL": str(folder / "journal")},
                cwd=folder,
                run=folder,
                log=folder,
                health=health,
                ready=lambda: ["everything is up"],
                patience=told["patience"],
            )
        )
    except Problem as problem:
        sys.stdout.write(f"{problem}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
