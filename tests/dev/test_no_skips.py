"""A skipped test turns the run red."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("def test_a(): pass", 0, "1 passed"),
        ("import pytest\n@pytest.mark.skip\ndef test_a(): pass", 1, "counts as failed here: test_it.py::test_a"),
        ("import pytest\ndef test_a(): pytest.skip('no engine')", 1, "counts as failed here: test_it.py::test_a"),
        ("import pytest\npytest.importorskip('no_such_module')\ndef test_a(): pass", 5, "counts as failed here: test_it.py"),
        ("import pytest\n@pytest.mark.xfail(strict=True)\ndef test_a(): assert False", 0, "1 xfailed"),
    ],
)
def test_a_skip_counts_as_failed(tmp_path: Path, code: str, status: int, words: str) -> None:
    (tmp_path / "test_it.py").write_text(code)
    argv = [sys.executable, "-m", "pytest", "-p", "dev.no_skips", "-p", "no:django", "-p", "no:cacheprovider", "-c", "/dev/null"]
    ended = subprocess.run(
        [*argv, "--rootdir", str(tmp_path), "test_it.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, words in ended.stdout) == (status, True), ended.stdout
