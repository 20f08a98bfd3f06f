"""The one typed reader of the process environment.

Every variable may also come from a file: ``NAME_FILE`` holds the path, which is how
container platforms hand over secrets. A value that cannot be read is an error at
start-up, with the variable's name in it: a typing mistake must never become a default.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


class InvalidEnvironment(ValueError):
    """A variable is missing or cannot be understood; the text names it and what it may hold."""


class Env:
    """Typed access to a mapping of environment variables."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def text(self, name: str, default: str | None = None) -> str:
        """The variable's text, or the text of the file that ``NAME_FILE`` names.

        Raises InvalidEnvironment where neither is set and there is no default, where both
        are set, or where the file cannot be read.
        """
        value, path = self._values.get(name), self._values.get(f"{name}_FILE")
        if value is not None and path is not None:
            raise InvalidEnvironment(f"{name} and {name}_FILE are both set: keep one of them.")
        if path is not None:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise InvalidEnvironment(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error
        if value is not None:
            return value
        if default is None:
            raise InvalidEnvironment(f"{name} is not set. Set it, or {name}_FILE to a file that holds it.")
        return default

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes/no variable: 1, true, yes, on or 0, false, no, off."""
        value = self.text(name, "true" if default else "false").strip().lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off", ""}:
            return False
        raise InvalidEnvironment(f"{name} is {value!r}; it may be true or false.")

    def number(self, name: str, default: float, *, least: float = 0) -> float:
        """A number not below ``least``."""
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            raise InvalidEnvironment(f"{name} is {value!r}; it must be a number.") from None
        if number < least:
            raise InvalidEnvironment(f"{name} is {value}; the least is {least:g}.")
        return number

    def whole(self, name: str, default: int, *, least: int = 0) -> int:
        """A whole number not below ``least``."""
        number = self.number(name, default, least=least)
        if number != int(number):
            raise InvalidEnvironment(f"{name} is {number:g}; it must be a whole number.")
        return int(number)

    def size(self, name: str, default: str) -> int:
        """A size in bytes, written as ``512m`` or ``2g`` (powers of 1024)."""
        value = self.text(name, default)
        match = re.fullmatch(r"(\d+)([kmgt]?)b?", value.strip().lower())
        if match is None:
            raise InvalidEnvironment(f"{name} is {value!r}; write a size such as 512m or 2g.")
        return int(match[1]) * _UNITS[match[2]]

    def words(self, name: str, default: str = "") -> list[str]:
        """A list, separated by commas or white space."""
        return [word for word in re.split(r"[,\s]+", self.text(name, default)) if word]

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of the choices."""
        value = self.text(name, default)
        if value not in choices:
            raise InvalidEnvironment(f"{name} is {value!r}; it may be {', '.join(choices)}.")
        return value
