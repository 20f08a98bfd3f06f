"""Short commands and files inside an instance, for whoever owns the sandbox: checks, files of a lab, what a learner made.

Everything runs as the learner's root through the profile's way in, so nothing here can do more than the learner.
"""

import asyncio
import base64
import io
import tarfile
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from sandboxes import naming, streams
from sandboxes.errors import EngineDown, NotReady
from sandboxes.models import Sandbox
from sandboxes.profiles import get_profile
from sandboxes.states import State
from sandboxes.streams import EngineEndpoint

T = TypeVar("T")

_ARGUMENT = 96 * 1024
"""Characters of one argument: Linux takes 128 KiB (MAX_ARG_STRLEN), also of a command that runs in a container."""
FILES_LIMIT = 1024 * 1024
"""Bytes of files that are put in at once: they travel in arguments, since a command's input cannot be ended over TLS."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended; ``output`` is the first part of what it printed, on both channels."""

    status: int
    output: bytes


@dataclass(frozen=True, slots=True)
class FileToPut:
    """A file with its path below the target folder. ``mode`` is its permission bits."""

    path: str
    content: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Place:
    """An instance that commands can be run in."""

    container: str
    engine_url: str


def place(sandbox: Sandbox, node: str = "") -> Place:
    """The instance of a ready sandbox, the first unless told; needs ``sandbox.engine``. Raises NotReady."""
    if sandbox.state != State.READY:
        raise NotReady("Your sandbox is not running. Start it, then try again.")
    number = node.removeprefix("node") or "1"
    if not number.isdigit():
        raise NotReady(f"There is no instance called {node} in this sandbox.")
    return Place(naming.container_name(sandbox.pk, int(number)), sandbox.engine.url)


async def run(
    where: Place, argv: Sequence[str], *, timeout: float = 20.0, limit: int = streams.OUTPUT_LIMIT, clean: bool = False
) -> Outcome:
    """Run a command in an instance and wait for its end. ``clean``: with the image's own programs (see Profile.judge).

    Raises EngineDown, NotReady, and TimeoutError after ``timeout`` seconds.
    """
    endpoint = EngineEndpoint.from_url(where.engine_url)
    profile = get_profile(settings.SANDBOX_PROFILE)
    entered = profile.judge(argv) if clean else profile.enter(argv)
    try:
        status, output = await streams.run(endpoint, where.container, entered, timeout=timeout, limit=limit)
    except streams.ContainerGone as error:
        raise NotReady("Your sandbox is not running at the moment. Try again in a moment.", detail=str(error)) from error
    except streams.StreamError as error:
        raise EngineDown("The machine that runs your sandbox does not answer. Try again in a moment.", detail=str(error)) from error
    return Outcome(status, output)


async def put_files(where: Place, files: Iterable[FileToPut], folder: str = "/root") -> None:
    """Write files below a folder of an instance.

    Raises as ``run`` does, NotReady where they cannot be written, and ValueError where they are too large.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for file in files:
            entry = tarfile.TarInfo(file.path)
            entry.size, entry.mode = len(file.content), file.mode
            archive.addfile(entry, io.BytesIO(file.content))
    if packed.tell() > FILES_LIMIT:
        raise ValueError(f"{packed.tell()} bytes of files; {FILES_LIMIT} are the most")
    text = base64.b64encode(packed.getvalue()).decode()
    parts = [text[start : start + _ARGUMENT] for start in range(0, len(text), _ARGUMENT)]
    script = 'folder=$1; shift; mkdir -p "$folder" && printf %s "$@" | base64 -d | tar -xz --no-same-owner -C "$folder"'
    outcome = await run(where, ["sh", "-c", script, "put", folder, *parts], timeout=60)
    if outcome.status:
        words = outcome.output.decode(errors="replace")
        raise NotReady("The files of this lab could not be put into your sandbox. Is its disk full?", detail=words)


async def get_archive(where: Place, folder: str, *, limit: int, exclude: Sequence[str] = ()) -> bytes:
    """A folder of an instance as a tar archive, gzipped.

    Raises as ``run`` does, and ValueError where it has more than ``limit`` bytes.
    """
    left_out = [f"--exclude={pattern}" for pattern in exclude]
    # Errors of tar (a file that vanishes meanwhile) must not end up in the archive.
    script = 'folder=$1; limit=$2; shift 2; tar -cz "$@" -C "$folder" . 2>/dev/null | head -c "$limit"'
    argv = ["sh", "-c", script, "get", folder, str(limit + 1), *left_out]
    outcome = await run(where, argv, timeout=120, limit=limit + 1)
    if len(outcome.output) > limit:
        raise ValueError(f"{folder} has more than {limit} bytes")
    return outcome.output


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run asynchronous work to its end in a thread without event loop: a worker's, a command's, or that of a plain view."""

    async def and_close() -> T:
        try:
            return await work
        finally:
            await streams.close_sessions()

    return asyncio.run(and_close())
