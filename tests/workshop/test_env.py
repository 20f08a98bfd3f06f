"""The environment is read once, typed, and loudly."""

from pathlib import Path

import pytest

from workshop.env import Env, InvalidEnvironment


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("hidden\n")
    assert Env({"KEY_FILE": str(path)}).text("KEY") == "hidden"


def test_both_ways_at_once_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidEnvironment, match="KEY and KEY_FILE are both set"):
        Env({"KEY": "a", "KEY_FILE": str(tmp_path)}).text("KEY")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InvalidEnvironment, match=r"/nowhere/key.*No such file"):
        Env({"KEY_FILE": "/nowhere/key"}).text("KEY")


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(InvalidEnvironment, match="KEY is not set"):
        Env({}).text("KEY")


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_flag(text: str, value: bool) -> None:
    assert Env({"F": text}).flag("F", default=not value) is value


@pytest.mark.parametrize(("text", "value"), [("512m", 512 * 1024**2), ("2G", 2 * 1024**3), ("7", 7)])
def test_size(text: str, value: int) -> None:
    assert Env({"S": text}).size("S", "1g") == value


@pytest.mark.parametrize(
    ("method", "text", "says"),
    [
        ("flag", "maybe", "true or false"),
        ("size", "much", "512m or 2g"),
        ("number", "few", "must be a number"),
        ("whole", "1.5", "whole number"),
    ],
)
def test_what_cannot_be_read_is_never_a_default(method: str, text: str, says: str) -> None:
    arguments: dict[str, object] = {"flag": {"default": True}, "size": {"default": "1g"}}.get(method, {"default": 1})  # type: ignore[assignment]
    with pytest.raises(InvalidEnvironment, match=says):
        getattr(Env({"V": text}), method)("V", **arguments)


def test_a_number_below_the_least() -> None:
    with pytest.raises(InvalidEnvironment, match="V is 0; the least is 1"):
        Env({"V": "0"}).whole("V", 5, least=1)


def test_choice() -> None:
    with pytest.raises(InvalidEnvironment, match="it may be web, gateway"):
        Env({"V": "wob"}).choice("V", "web", ("web", "gateway"))
