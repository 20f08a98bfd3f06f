"""The part of the checks' library that needs no engine: messages, answers, and the record of events."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from labs.checking import library

ID = "c" * 64


def event(action: str, time: int, name: str = "web", **more: str) -> str:
    return f"container {action} {ID} {json.dumps({'name': name, **more}, separators=(',', ':'))} t={time}"


def check(source: str, *events: str, since: int = 0, folder: Path) -> tuple[int, str]:
    """Exit status and output of a check, with these events in the record."""
    log = folder / "events.log"
    log.write_text("".join(f"{line}\n" for line in events), encoding="utf-8")
    script = f"LAB_SINCE={since}\n{library()}\nEVENTS={log}\n{source}"
    done = subprocess.run(["bash", "-p", "-c", script], text=True, capture_output=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_no_ends_the_check_with_its_message(tmp_path: Path) -> None:
    assert check("false || no 'Not yet.'; echo never", folder=tmp_path) == (1, "Not yet.\n")
    assert check("true || no 'Not yet.'", folder=tmp_path) == (0, "")


def test_a_key_without_an_answer_is_said(tmp_path: Path) -> None:
    assert check("answered no-such-key-here", folder=tmp_path) == (1, "Nothing has been handed in for no-such-key-here yet.\n")


@pytest.mark.parametrize(("since", "answer"), [(0, "42\n"), (1764440999_000000000, "42\n"), (1764441001_000000000, "")])
def test_an_answer_to_an_earlier_lab_is_none_to_this_one(tmp_path: Path, since: int, answer: str) -> None:
    (tmp_path / "key").write_text("42\n", encoding="utf-8")
    os.utime(tmp_path / "key", (1764441000, 1764441000))
    assert check(f"ANSWERS={tmp_path}; ans key || true", since=since, folder=tmp_path) == (0, answer)


@pytest.mark.parametrize(
    ("since", "count"),
    [(0, 2), (1764441000000000000, 2), (1764441000001000001, 1), (1764441009001000001, 0)],
)
def test_events_count_from_the_start_of_the_lab(tmp_path: Path, since: int, count: int) -> None:
    # awk counts in doubles: a difference of a millisecond is seen, one of a few nanoseconds is not.
    lines = [event("start", 1764441000000000000), event("start", 1764441009000000000)]
    assert check('evn \'^container start .*"name":"web"\' || true', *lines, since=since, folder=tmp_path) == (0, f"{count}\n")
    assert check("ev '^container start '", *lines, since=since, folder=tmp_path) == (0 if count else 1, "")


def test_what_checks_start_is_no_event(tmp_path: Path) -> None:
    lines = [event("create", 1, **{"drydock.check": "1"}), event("create", 2, image="busybox")]
    assert check("evn '^container create '", *lines, folder=tmp_path) == (0, "1\n")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([event("die", 5_000_000_000), event("destroy", 6_900_000_000)], 0),
        ([event("die", 5_000_000_000), event("destroy", 7_100_000_000)], 1),
        ([event("destroy", 5_000_000_000)], 1),
        ([event("die", 5_000_000_000, "other"), event("destroy", 5_100_000_000, "other")], 1),
        ([], 1),
    ],
)
def test_a_container_has_removed_itself_when_it_went_right_after_its_end(tmp_path: Path, lines: list[str], status: int) -> None:
    assert check("autorm web", *lines, folder=tmp_path) == (status, "")


def test_without_a_record_nothing_has_happened(tmp_path: Path) -> None:
    assert check('EVENTS=/no/such/file; ! ev . && [ "$(evn .)" = 0 ]', folder=tmp_path) == (0, "")
