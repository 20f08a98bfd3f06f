"""What comes out of a machine where the learner is root: whatever it says it is, only plain files are read, within bounds."""

import gzip
import io
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes import services
from sandboxes.errors import NotReady
from sandboxes.models import Engine, Sandbox, Terminal
from sandboxes.states import State
from sandboxes.takeout import MOST_FILES, read_archive, take_out
from workshop.accounts.models import User

ROOM = 1000


def entry(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for field, value in fields.items():
        setattr(member, field, value)
    return member, content


def packed(*entries: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for member, content in entries:
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(out.getvalue())


def names(data: bytes, room: int = ROOM) -> list[str]:
    return [file.path for file in read_archive(data, room)]


def test_plain_files_alone_are_read() -> None:
    data = packed(
        entry("./notes.txt", b"mine"),
        entry("./run.sh", b"#!", mode=0o755),
        entry("./link", type=tarfile.SYMTYPE, linkname="/etc/shadow"),
        entry("./hard", type=tarfile.LNKTYPE, linkname="/etc/shadow"),
        entry("./pipe", type=tarfile.FIFOTYPE),
        entry("./disk", type=tarfile.BLKTYPE),
        entry("./folder", type=tarfile.DIRTYPE),
    )
    assert [(f.path, f.content, f.executable) for f in read_archive(data, ROOM)] == [
        ("notes.txt", b"mine", False),
        ("run.sh", b"#!", True),
    ]


def test_room_is_for_whole_files() -> None:
    assert names(packed(entry("a", b"x" * 600), entry("b", b"x" * 600), entry("c", b"x" * 400))) == ["a", "c"]


def test_an_archive_that_ends_early_gives_what_was_whole() -> None:
    whole = gzip.decompress(packed(entry("a", b"x" * 600), entry("b", b"y" * 300)))
    assert names(gzip.compress(whole[: 512 + 1024 + 512 + 100])) == ["a"]


def test_a_bomb_is_not_unpacked() -> None:
    size = 64 * 1024 * 1024
    assert names(packed(entry("small", b"x"), entry("bomb", bytes(size)))) == ["small"]


def test_sizes_that_lie() -> None:
    header = bytearray(entry("a", b"")[0].tobuf(tarfile.GNU_FORMAT))
    for size in (b"\xff" * 12, b"\x80" + b"\x00" * 3 + b"\xff" * 8, b"77777777777\0"):
        header[124:136] = size
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        assert names(gzip.compress(bytes(header) * 3)) == []


def test_a_sparse_file_is_no_plain_file() -> None:
    member = entry("holes", b"1\n0\n1\n" + bytes(506))[0]
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 50), "GNU.sparse.name": "holes"}
    assert names(packed((member, b"1\n0\n1\n" + bytes(506)))) == []


def test_a_header_that_leads_back_ends() -> None:
    member = entry("again", b"x")[0]
    member.pax_headers = {"size": "-1536"}
    assert len(names(packed((member, b"x")))) <= MOST_FILES


@pytest.mark.parametrize("data", [b"", b"sh: tar: not found", gzip.compress(b"no archive" * 200), gzip.compress(b"x")[:10]])
def test_what_is_no_archive(data: bytes) -> None:
    assert names(data) == []


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 1999))
def test_noise_in_an_archive_never_does_harm(noise: bytes, at: int) -> None:
    good = bytearray(gzip.decompress(packed(entry("a", b"x" * 600), entry("b" * 150, b"y"))))
    good[at : at + len(noise)] = noise
    assert sum(len(file.content) for file in read_archive(gzip.compress(bytes(good)), ROOM)) <= ROOM


def test_a_sandbox_that_does_not_run(bobs: Sandbox) -> None:
    with pytest.raises(NotReady):
        take_out(sandbox=bobs)


def test_what_bob_has(bob: User, carol: User, bobs: Sandbox, engine: Engine, django_assert_num_queries: Callable[..., object]) -> None:
    Terminal.objects.create(instance=bobs.instances.get(), title="two")
    Terminal.objects.create(instance=bobs.instances.get(), title="closed", closed_at=bobs.created_at)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        (held,) = services.holdings(owner=bob)
    assert (held.purpose, held.state, held.is_ready, held.deadline, held.instances, held.terminals) == (
        "docker-101", State.WAITING, False, None, 1, 2,
    )  # fmt: skip
    assert services.holdings(owner=carol) == []
    services.stop(sandbox=bobs)
    assert services.holdings(owner=bob) == []
