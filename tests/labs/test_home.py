"""A home directory over a change of sandbox."""

import gzip
import io
import tarfile

import pytest

from labs.home import BATCH, LARGEST, MOST, UNPACKED, NotTakenAlong, batches, merge, read
from sandboxes.services import FileToPut


def pack(*members: tuple[str, bytes, bytes]) -> bytes:
    """An archive of names, types and contents."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, kind, content in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.linkname = kind, len(content), "/etc/passwd"
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def test_only_plain_files_below_the_home_directory_are_read() -> None:
    archive = pack(
        ("./a.txt", tarfile.REGTYPE, b"a"),
        ("./dir", tarfile.DIRTYPE, b""),
        ("./link", tarfile.SYMTYPE, b""),
        ("./hard", tarfile.LNKTYPE, b""),
        ("./device", tarfile.CHRTYPE, b""),
        ("../up", tarfile.REGTYPE, b"x"),
        ("./a/../../up", tarfile.REGTYPE, b"x"),
        ("/etc/passwd", tarfile.REGTYPE, b"x"),
    )
    assert {path: file.content for path, file in read(archive).items()} == {"a.txt": b"a"}


def test_a_file_that_is_too_large_is_named() -> None:
    with pytest.raises(NotTakenAlong, match=r"^big has 512 KiB; files up to 512 KiB can be taken along\. Remove it, then try again\.$"):
        read(pack(("./big", tarfile.REGTYPE, bytes(LARGEST + 1))))


def test_an_archive_that_unpacks_to_more_is_refused_before_it_does() -> None:
    with pytest.raises(NotTakenAlong, match="more than 64 MiB"):
        read(gzip.compress(bytes(UNPACKED + 1)))
    with pytest.raises(NotTakenAlong, match="more than 2000 files"):
        read(pack(*((f"./{number}", tarfile.REGTYPE, b"") for number in range(MOST + 1))))


@pytest.mark.parametrize("junk", [b"", b"junk", gzip.compress(b"x" * 2000)])
def test_what_is_no_archive_is_refused(junk: bytes) -> None:
    with pytest.raises(NotTakenAlong, match="cannot be read"):
        read(junk)


def test_nothing_is_overwritten_and_nothing_lost() -> None:
    def files(**contents: str) -> dict[str, FileToPut]:
        return {path: FileToPut(path, text.encode()) for path, text in contents.items()}

    merged = merge(files(own="1", same="2", other="mine"), files(same="2", other="theirs", new="3"))
    assert [(file.path, file.content) for file in merged.files] == [("other.yours", b"mine"), ("own", b"1")]
    assert (merged.kept, merged.replaced) == (["own"], ["other"])


def test_files_are_put_in_portions() -> None:
    files = [FileToPut(str(number), bytes(BATCH // 2)) for number in range(5)]
    assert [[file.path for file in portion] for portion in batches(files)] == [["0", "1"], ["2", "3"], ["4"]]
    assert batches([]) == []
