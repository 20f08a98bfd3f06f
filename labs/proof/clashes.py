"""Labs that are taught in one sandbox meet what earlier ones have left there: names, ports, a full disk."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from labs.models import Lab
from labs.proof.findings import Finding

LEFTOVERS = (
    "docker ps -a --format 'name {{.Names}}';"
    "docker ps --format '{{.Ports}}' | grep -oE ':[0-9]+->' | tr -dc '0-9\\n' | sed 's/^/port /';"
    'ss -ltnH 2>/dev/null | awk \'{ n = split($4, a, ":"); print "port " a[n] }\'; true'
)
"""A script that prints a line for each container's name and each port that is taken in an instance."""

_NAME = re.compile(r'container name\s+"/?([^"\s]+)"\s+is already in use')
_PORT = re.compile(
    r":(\d+)(?: failed)?: (?:port is already allocated|bind: address already in use)|port (\d+) is already (?:in use|allocated)"
)
_DISK = re.compile(r"no space left on device", re.IGNORECASE)


@dataclass(slots=True)
class Leftovers:
    """Which lab left what: ``name web`` or ``port 8080`` by the lab after which it was there first; bytes of disk by lab."""

    by: dict[str, Lab] = field(default_factory=dict)
    disk: list[tuple[Lab, int]] = field(default_factory=list)

    def note(self, lab: Lab, lines: str, disk: int) -> None:
        """What is there after a lab; what is gone is forgotten, since nobody can meet it any more."""
        there = {line.strip() for line in lines.splitlines() if line.strip()}
        self.by = {what: whose for what, whose in self.by.items() if what in there} | {what: lab for what in there if what not in self.by}
        self.disk.append((lab, disk))


def clashes(lab: Lab, findings: Iterable[Finding], left: Leftovers) -> list[str]:
    """What a lab met of earlier ones, a sentence each that names both pages."""
    found: dict[str, None] = {}
    for finding in findings:
        # The terminal breaks lines where they end; a message of Docker's spans several.
        text = f"{finding.message} {' '.join(finding.screen.split())}"
        joined = f"{finding.message} {finding.screen.replace(chr(10), '')}"
        for sentence in _in(lab, text, left) + _in(lab, joined, left):
            found[sentence] = None
    return list(found)


def _in(lab: Lab, text: str, left: Leftovers) -> list[str]:
    wanted = [("name", match[1]) for match in _NAME.finditer(text)]
    wanted += [("port", match[1] or match[2]) for match in _PORT.finditer(text)]
    sentences = [
        f"The {kind} {value} that {page(lab)} wants is still used by what {page(whose)} has left."
        for kind, value in wanted
        if (whose := left.by.get(f"{kind} {value}")) is not None and whose != lab
    ]
    if _DISK.search(text) and left.disk:
        whose, size = max(left.disk, key=lambda entry: entry[1])
        sentences.append(f"The disk is full at {page(lab)}; most of it, {size >> 20} MiB, was there after {page(whose)}.")
    return sentences


def page(lab: Lab) -> str:
    """A lab's page, as reports name it."""
    return f"{lab.module}/{lab.page}"
