"""Making control groups usable for an engine where no init system has done it: chroots and containers."""

import subprocess
from collections import defaultdict
from pathlib import Path

from dev.console import Problem

_TOP = Path("/sys/fs/cgroup")


def prepare() -> None:
    """Mount the control groups when none is mounted, and make read-only ones writable. Needs root.

    Raises Problem where the kernel does not allow it.
    """
    rows = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    groups = [(row[1], row[3].split(",")) for row in rows if row[2] in {"cgroup", "cgroup2"}]
    if not groups:
        _mount_all()
        return
    # A container sees them read-only; with CAP_SYS_ADMIN its bind mounts can be made writable again.
    holder = [(row[1], row[3].split(",")) for row in rows if row[2] == "tmpfs" and row[1] == str(_TOP)]
    for point, options in holder + groups:
        if "ro" in options:
            _mount("-o", "remount,bind,rw", point)


def _mount_all() -> None:
    hierarchies: defaultdict[str, list[str]] = defaultdict(list)
    for line in Path("/proc/cgroups").read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            name, hierarchy, _, enabled = line.split()
            if hierarchy != "0" and enabled == "1":
                hierarchies[hierarchy].append(name)
    if not hierarchies:
        _mount("-t", "cgroup2", "cgroup2", str(_TOP))
        return
    _mount("-t", "tmpfs", "-o", "mode=755", "cgroup", str(_TOP))
    for names in hierarchies.values():
        # Controllers that share a hierarchy can only be mounted together.
        together = ",".join(names)
        (_TOP / together).mkdir()
        _mount("-t", "cgroup", "-o", together, "cgroup", str(_TOP / together))
        for name in names[1:] and names:
            (_TOP / name).symlink_to(together)


def _mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"Control groups cannot be made ready for the Docker engine: {done.stderr.strip()}")
