"""What an instance uses: memory as the engine counts it, disk as its own files add up."""

import contextlib
from dataclasses import dataclass

from sandboxes import inside, streams
from sandboxes.errors import SandboxError
from sandboxes.inside import Place
from sandboxes.streams import EngineEndpoint, StreamError

_DISK = "du -sxk /var/lib/docker /root 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'"

_PEAK = "cd /sys/fs/cgroup && cat memory.peak 2>/dev/null || cat memory/memory.max_usage_in_bytes 2>/dev/null"
"""Read in the instance's container itself, not as the learner: the marks of its own group."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes. ``memory`` is the most since the instance's start, or what it is now where the kernel keeps no such mark."""

    memory: int = 0
    disk: int = 0


async def measure(where: Place) -> Usage:
    """What an instance has used so far; zeros for what cannot be found out. Never raises for that."""
    return Usage(await _memory(where), await _disk(where))


async def _memory(where: Place) -> int:
    endpoint = EngineEndpoint.from_url(where.engine_url)
    with contextlib.suppress(StreamError, TimeoutError, ValueError):
        memory = (await streams.stats(endpoint, where.container)).get("memory_stats") or {}
        if "max_usage" in memory:  # control groups version 1
            return int(memory["max_usage"])
        # Version 2; also where the engine has lost sight of a container that made groups below its own.
        status, peak = await streams.run(endpoint, where.container, ["sh", "-c", _PEAK])
        return int(peak) if status == 0 else int(memory.get("usage", 0))
    return 0


async def _disk(where: Place) -> int:
    with contextlib.suppress(SandboxError, TimeoutError, ValueError):
        return int((await inside.run(where, ["sh", "-c", _DISK], timeout=60)).output) * 1024
    return 0
