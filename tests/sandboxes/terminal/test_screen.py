"""What a terminal shows, after what tmux sends."""

import pytest

from sandboxes.screen import TerminalScreen


def shown(data: bytes) -> list[str]:
    screen = TerminalScreen(10, 5)
    screen.feed(b"1\r\n2\r\n3\r\n4\r\n5")
    screen.feed(data)
    return [line.strip() for line in screen._screen.display]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", ["1", "2", "3", "4", "5"]),
        (b"\x1b[2S", ["3", "4", "5", "", ""]),
        (b"\x1b[4S\x1b[1;1Hx", ["x", "", "", "", ""]),
        (b"\x1b[T", ["", "1", "2", "3", "4"]),
        (b"\x1b[2;4r\x1b[S", ["1", "3", "4", "", "5"]),
        (b"\x1b[2;4r\x1b[T", ["1", "", "2", "3", "5"]),
        (b"\x1b[2;1H\x1b[2M", ["1", "4", "5", "", ""]),
        # a line that is empty moves as well
        (b"\x1b[3;1H\x1b[2K\x1b[2;1H\x1b[M", ["1", "", "4", "5", ""]),
        (b"-\x1b[3b", ["1", "2", "3", "4", "5----"]),
        (b"\x1b[>4;1m\x1b[?4m\x1b[?2026h\x1b[1;1Hy", ["y", "2", "3", "4", "5"]),
    ],
)
def test_lines_move_as_in_an_xterm(data: bytes, lines: list[str]) -> None:
    assert shown(data) == lines


def test_scrolling_leaves_the_cursor_where_it_is() -> None:
    screen = TerminalScreen(10, 5)
    screen.feed(b"one\r\ntwo $ \x1b[S")
    assert screen.before_cursor == " " * 6
    screen.feed(b"x")
    assert screen.text == "two $\n      x"


def test_a_sequence_that_is_not_understood_is_no_end() -> None:
    screen = TerminalScreen(20, 5)
    screen.feed(b"\x1b[1;2;3;4;5;6A")
    screen.feed(b"\x1b[1;1Hstill here")
    assert screen.text == "still here"


def test_whether_pastes_are_bracketed() -> None:
    screen = TerminalScreen(10, 5)
    assert not screen.brackets_pastes
    screen.feed(b"\x1b[?2004h")
    assert screen.brackets_pastes
    screen.feed(b"\x1b[?2004l")
    assert not screen.brackets_pastes
