"""What a learner takes home out of a sandbox: what stood in the terminals, the commands, and the files of the home directory.

A learner is root in there, so nothing that comes out can be trusted: every answer is bounded, and of the archive only
plain files are read, one by one, into memory. What a file is called is for whoever writes it somewhere to judge.
"""

import asyncio
import io
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandboxes.inside import Place, at_once, place
from sandboxes.inside import run as run_inside
from sandboxes.models import Sandbox, Terminal

FILES_LIMIT = 20 * 1024 * 1024
"""Bytes of the files of all instances together."""
MOST_FILES = 5_000
TEXT_LIMIT = 1024 * 1024
"""Bytes of what one terminal showed, and of the list of commands; the newest count."""
CACHES = (".cache", ".npm", "node_modules", "__pycache__")
LONGEST = 120.0
"""Seconds for everything out of a sandbox."""

_Nodes = dict[str, tuple[Place, list[tuple[str, str]]]]
"""By the instance's name where it is, and its terminals: titles and sessions."""
_SCRIPT = "/usr/lib/drydock/terminal"
_HEADERS = 8 * 1024 * 1024
"""Bytes that the headers of so many files may take in an archive."""
_LIST_LIMIT = 1024 * 1024
_KINDS = {"l": "a link", "s": "a socket", "p": "a pipe", "b": "a device", "c": "a device", "K": "a cache, which can be made again"}

_PRUNED = " -o ".join(f"-name {name}" for name in CACHES)
_LIST = f"cd /root && find . -xdev -type d \\( {_PRUNED} \\) -prune -printf 'K 0 %P\\0' -o ! -type d -printf '%y %s %P\\0' 2>/dev/null"
# Small files first: when room runs out, it is for the large ones. Hard links become files of their own.
_ARCHIVE = (
    f"cd /root && find . -xdev -type d \\( {_PRUNED} \\) -prune -o -type f ! -path ./.bash_history -size -\"$2\"c -printf '%s\\t%P\\0'"
    ' | sort -z -n | cut -z -f2- | head -z -n "$3"'
    ' | tar -c --null --no-recursion --hard-dereference --files-from=- 2>/dev/null | head -c "$1" | gzip -1'
)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a terminal showed since it was opened."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file, with its path below the home directory as the learner's machine gave it."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that stays behind, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Takeout:
    """Everything out of one instance. ``commands`` are those typed at its prompts, a line each."""

    node: str
    transcripts: tuple[Transcript, ...]
    commands: str
    files: tuple[KeptFile, ...]
    left_out: tuple[LeftOut, ...]


def take_out(*, sandbox: Sandbox) -> list[Takeout]:
    """What is in each instance of a ready sandbox, which needs ``sandbox.engine``. Takes seconds, in a thread without event loop.

    Raises NotReady where it does not run (any more), EngineDown where its engine does not answer, TimeoutError after LONGEST seconds.
    """
    sessions: dict[str, list[tuple[str, str]]] = {instance.name: [] for instance in sandbox.instances.all()}
    for terminal in Terminal.objects.filter(instance__sandbox=sandbox, closed_at=None).select_related("instance"):
        sessions[terminal.instance.name].append((terminal.title, terminal.session))
    return at_once(_take_out({name: (place(sandbox, name), opened) for name, opened in sessions.items()}))


async def _take_out(nodes: _Nodes) -> list[Takeout]:
    async with asyncio.timeout(LONGEST):
        return await _take_out_each(nodes)


async def _take_out_each(nodes: _Nodes) -> list[Takeout]:
    taken: list[Takeout] = []
    room = FILES_LIMIT
    for name, (where, opened) in nodes.items():
        transcripts = [Transcript(title, text) for title, session in opened if (text := await _history(where, session))]
        commands = await _text(where, ["tail", "-c", str(TEXT_LIMIT), "/root/.bash_history"])
        files = await _files(where, room)
        room -= sum(len(file.content) for file in files)
        left_out = await _left_out(where, {file.path for file in files})
        taken.append(Takeout(name, tuple(transcripts), commands, tuple(files), tuple(left_out)))
    return taken


async def _history(where: Place, session: str) -> str:
    return await _text(where, ["sh", "-c", '"$1" text "$2" 50000 2>/dev/null | tail -c "$3"', "history", _SCRIPT, session, str(TEXT_LIMIT)])


async def _text(where: Place, argv: Sequence[str]) -> str:
    """What a command prints, as clean text; nothing where it fails."""
    outcome = await run_inside(where, argv, timeout=30, limit=TEXT_LIMIT)
    if outcome.status:
        return ""
    lines = (line.rstrip() for line in outcome.output.decode(errors="replace").splitlines())
    text = "\n".join("".join(char for char in line if char.isprintable() or char == "\t") for line in lines)
    return f"{text.strip()}\n" if text.strip() else ""


async def _files(where: Place, room: int) -> list[KeptFile]:
    if room <= 0:
        return []
    argv = ["sh", "-c", _ARCHIVE, "archive", str(room + _HEADERS), str(room), str(MOST_FILES)]
    outcome = await run_inside(where, argv, timeout=90, limit=FILES_LIMIT + 2 * _HEADERS)
    return read_archive(outcome.output, room)


def read_archive(packed: bytes, room: int) -> list[KeptFile]:
    """The plain files of a gzipped tar archive, in its order, as long as there is room; it may end anywhere, or be no archive."""
    try:
        # Never more than the room, whatever the archive would unpack to.
        data = zlib.decompressobj(wbits=31).decompress(packed, room + _HEADERS)
    except zlib.error:
        return []
    found: list[KeptFile] = []
    for member, content in _members(data):
        if len(content) <= room:
            room -= len(content)
            found.append(KeptFile(member.name.removeprefix("./"), content, bool(member.mode & 0o100)))
    return found


def _members(data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            # Counted, because a header may send the reader back to an earlier one.
            for _ in range(MOST_FILES):
                member = archive.next()
                if member is None:
                    return
                plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
                if plain and 0 <= member.size <= len(data) and (stream := archive.extractfile(member)) is not None:
                    content = stream.read()
                    if len(content) == member.size:
                        yield member, content
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, RecursionError):
        return  # it is cut off, or was never an archive: what was whole has been given


async def _left_out(where: Place, taken: set[str]) -> list[LeftOut]:
    argv = ["sh", "-c", f"{{ {_LIST}; }} | head -c {_LIST_LIMIT}"]
    outcome = await run_inside(where, argv, timeout=60, limit=_LIST_LIMIT)
    entries = outcome.output.decode(errors="surrogateescape").split("\0")
    left = [LeftOut(path, why) for entry in entries if (path := _path(entry)) not in {"", ".bash_history", *taken} and (why := _why(entry))]
    if len(outcome.output) >= _LIST_LIMIT:
        left.append(LeftOut("…", "there are more files than can be listed"))
    return sorted(left, key=lambda each: each.path)


def _path(entry: str) -> str:
    return entry.split(" ", 2)[2] if entry.count(" ") >= 2 else ""


def _why(entry: str) -> str:
    kind, size, _ = entry.split(" ", 2)
    if kind in _KINDS:
        return _KINDS[kind]
    megabytes = int(size) / 1024**2 if size.isdigit() else 0.0
    return f"there was no room for its {megabytes:.1f} MB" if megabytes >= 0.1 else "there was no room for it"
