"""What a click on a run block types."""

import pytest

from labs.keystrokes import command_lines, is_interactive, is_whole, keys_of, keystrokes
from sandboxes.services import looks_like_prompt


def typed(source: str) -> list[tuple[str, str]]:
    return [(stroke.kind, stroke.text) for stroke in keystrokes(source)]


def test_one_command_is_one_paste() -> None:
    assert typed("docker ps\n") == [("paste", "docker ps")]


def test_commands_that_stand_alone_are_typed_one_after_the_other() -> None:
    assert typed("docker ps\ndocker ps -a") == [("line", "docker ps"), ("line", "docker ps -a")]


@pytest.mark.parametrize(
    "line", ["docker ps -a", "echo 'it is'", 'echo "it\'s"', 'echo \\"', "id=$(docker ps -q)", "# a remark", "echo `date`"]
)
def test_a_line_is_whole_when_nothing_is_open_at_its_end(line: str) -> None:
    assert is_whole(line)


@pytest.mark.parametrize(
    "line",
    ["cat <<EOF", "docker \\", "docker ps |", "true &&", "for x; do", "done", " in", "echo 'a", 'echo "a', "f() {", "", "a\tb"],
)  # fmt: skip
def test_a_line_with_something_open_is_a_part(line: str) -> None:
    assert not is_whole(line)


def test_lines_that_belong_together_are_one_paste_as_they_are_printed() -> None:
    source = "cat <<-EOF > Makefile\n\tall:\n\nEOF\ndocker build -t web ."
    assert typed(f"\n{source}\n\n") == [("paste", source)]


def test_a_block_that_enters_a_container_is_typed_line_by_line() -> None:
    lines = ["docker run -it --name first busybox", "hostname", "exit"]
    assert typed("\n".join(lines)) == [("line", line) for line in lines]


def test_a_line_of_keys_is_pressed() -> None:
    assert typed("docker run -it busybox ping localhost\n^C") == [("line", "docker run -it busybox ping localhost"), ("keys", "\x03")]
    assert keys_of("^P^Q") == "\x10\x11"


@pytest.mark.parametrize(
    "source",
    [
        "docker run --rm -ti x\nls",
        "docker exec -it web sh\nls",
        "docker start -ai web\nls",
        "docker attach web\n^P^Q",
        "ssh node2\nhostname",
        "docker run -i --tty x\nls",
    ],
)
def test_what_enters_another_program(source: str) -> None:
    assert is_interactive(command_lines(source))


@pytest.mark.parametrize(
    "source",
    [
        "docker run -d --name web nginx\ndocker ps",
        "docker run -dit x\ndocker ps",
        "docker ps\ndocker run -it busybox",
        "docker run --init -p 80:80 x\nls",
        "docker exec web hostname\nls",
        "docker build -t it .\nls",
    ],
)
def test_what_stays_in_the_shell(source: str) -> None:
    assert not is_interactive(command_lines(source))


def test_an_empty_block_types_nothing() -> None:
    assert keystrokes("\n  \n") == []


def test_line_ends_of_other_systems_and_blank_lines_around_are_not_typed() -> None:
    assert command_lines("\r\n\r\n  docker ps\r\ndocker images\r\n\r\n") == ["  docker ps", "docker images"]


def test_a_prompt_is_known_by_its_end() -> None:
    assert all(looks_like_prompt(line) for line in ["root@node1:~# ", "/ # ", "bob$ ", ">>> ", "% "])
    assert not any(looks_like_prompt(line) for line in ["", "   ", "docker run -it busybox", "PING localhost"])
