"""Keys and values of content files: what is allowed, and every mistake with its line."""

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a content file; ``line`` counts from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping: ``problem`` says what is wrong with a value, or nothing. No default: it must be there."""

    problem: Callable[[Any], str]
    default: Any = ...

    @property
    def required(self) -> bool:
        """Whether the mapping must have it."""
        return self.default is ...


def text(*, longest: int) -> Callable[[Any], str]:
    """A text that is not empty."""

    def problem(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            return "must be a text"
        return "" if len(value) <= longest else f"has {len(value)} characters; {longest} is the most"

    return problem


def whole(value: Any) -> str:
    """A whole number above 0."""
    return "" if type(value) is int and value > 0 else "must be a whole number above 0"


def between(least: int, most: int) -> Callable[[Any], str]:
    """A whole number within bounds, both of them allowed."""

    def problem(value: Any) -> str:
        return "" if type(value) is int and least <= value <= most else f"must be a whole number from {least} to {most}"

    return problem


def flag(value: Any) -> str:
    """Yes or no."""
    return "" if isinstance(value, bool) else "must be true or false"


def date(value: Any) -> str:
    """A date."""
    return "" if type(value) is datetime.date else "must be a date, such as 2026-11-24"


def one_of(choices: Collection[str]) -> Callable[[Any], str]:
    """One of some words."""

    def problem(value: Any) -> str:
        return "" if value in choices else f"is {value!r}; it may be {', '.join(choices)}"

    return problem


def texts(*, choices: Collection[str] = (), least: int = 0) -> Callable[[Any], str]:
    """A list of texts, without repetition, each one of ``choices`` where there are any."""

    def problem(value: Any) -> str:
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            return "must be a list of texts"
        if len(set(value)) < len(value):
            return "names something twice"
        if len(value) < least:
            return f"must have at least {least}"
        wrong = [item for item in value if choices and item not in choices]
        return f"has {wrong[0]!r}; it may have {', '.join(choices)}" if wrong else ""

    return problem


def read_yaml(path: Path, source: str, first_line: int, mistakes: list[Mistake]) -> tuple[yaml.Node | None, Any]:
    """The node and the value of a YAML text that begins after ``first_line`` lines of its file; a mistake where it is none."""
    try:
        return yaml.compose(source, Loader=yaml.SafeLoader), yaml.safe_load(source)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        mistakes.append(Mistake(path, first_line + line + 1, f"this is not YAML: {error.problem}"))
        return None, None


def read_mapping(path: Path, source: str, first_line: int, keys: Mapping[str, Key], mistakes: list[Mistake]) -> dict[str, Any] | None:
    """A YAML mapping with its defaults filled in; None, and mistakes, where anything is wrong with it."""
    node, data = read_yaml(path, source, first_line, mistakes)
    if node is None and data is None and source.strip():
        return None
    if not isinstance(node, yaml.MappingNode):
        mistakes.append(Mistake(path, first_line + 1, "this must be a mapping of keys to values"))
        return None
    return check_mapping(path, node, data, first_line, keys, mistakes)


def check_mapping(
    path: Path, node: yaml.MappingNode, data: dict[str, Any], first_line: int, keys: Mapping[str, Key], mistakes: list[Mistake]
) -> dict[str, Any] | None:
    """The values of a mapping node; None, and mistakes, where anything is wrong with it."""
    before = len(mistakes)
    start = first_line + node.start_mark.line + 1
    lines = {key.value: first_line + key.start_mark.line + 1 for key, _ in node.value}
    for name, line in lines.items():
        if name not in keys:
            mistakes.append(Mistake(path, line, f"unknown key {name!r}; it may be {', '.join(sorted(keys))}"))
    for name, key in keys.items():
        if name not in lines:
            if key.required:
                mistakes.append(Mistake(path, start, f"the key {name!r} is missing"))
        elif problem := key.problem(data[name]):
            mistakes.append(Mistake(path, lines[name], f"{name!r} {problem}"))
    if len(mistakes) > before:
        return None
    return {name: data.get(name, key.default) for name, key in keys.items()}
