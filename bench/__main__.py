"""Measure, print the table, keep it under var/bench/."""

import subprocess
import sys

import docker
import uvloop

from bench.curriculum import curriculum
from bench.measures import PROFILE, every_line
from bench.product import ROOT, Product, product
from bench.report import Line, keep, table
from bench.visitor import Visitor
from sandboxes import streams


async def _measure(found: Product) -> list[Line]:
    async with Visitor(found) as visitor:
        try:
            return await every_line(visitor)
        finally:
            await streams.close_sessions()


def _facts() -> dict[str, str]:
    client = docker.from_env()
    try:
        engine = str(client.version()["Version"])
    finally:
        client.close()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {"engine": engine, "profile": PROFILE, "commit": commit}


def main() -> int:
    """The status: 0 once everything has been measured, whatever the figures say."""
    with product() as found:
        print(f"Measuring {found.url}; this takes some minutes.", flush=True)
        lines = uvloop.run(_measure(found))
    lines += curriculum()
    print(table(lines))
    print(f"Kept in {keep(lines, ROOT / 'var' / 'bench', _facts()).relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
