"""Quiz questions beside the pages: ``quiz.yaml``, a list."""

from pathlib import Path
from typing import Any

import yaml

from workshop.curriculum.schema import Key, Mistake, check_mapping, flag, read_yaml, text

_OPTION = {"text": Key(text(longest=300)), "correct": Key(flag, default=False), "why": Key(text(longest=600), default="")}
_LEAST_OPTIONS = 2


def _is_list(value: Any) -> str:
    return "" if isinstance(value, list) and len(value) >= _LEAST_OPTIONS else "must be a list of at least two"


_QUESTION = {"question": Key(text(longest=600)), "options": Key(_is_list), "explanation": Key(text(longest=1200))}


def read_quiz(path: Path, mistakes: list[Mistake]) -> list[dict[str, Any]]:
    """The questions, each ``{"question", "options": [{"text", "correct", "why"}], "explanation", "several"}``."""
    node, data = read_yaml(path, path.read_text(encoding="utf-8"), 0, mistakes)
    if not isinstance(node, yaml.SequenceNode):
        mistakes.append(Mistake(path, 1, "a quiz is a list of questions"))
        return []
    questions = [_question(path, item, value, mistakes) for item, value in zip(node.value, data, strict=True)]
    return [question for question in questions if question is not None]


def _question(path: Path, node: yaml.Node, data: Any, mistakes: list[Mistake]) -> dict[str, Any] | None:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        mistakes.append(Mistake(path, line, "a question is a mapping"))
        return None
    question = check_mapping(path, node, data, 0, _QUESTION, mistakes)
    if question is None:
        return None
    sequence = next(value for key, value in node.value if key.value == "options")
    options = [_option(path, item, value, mistakes) for item, value in zip(sequence.value, question["options"], strict=True)]
    right = sum(bool(option and option["correct"]) for option in options)
    if None not in options and right == 0:
        mistakes.append(Mistake(path, line, "no option is marked correct"))
    return {**question, "options": [option for option in options if option], "several": right > 1}


def _option(path: Path, node: yaml.Node, data: Any, mistakes: list[Mistake]) -> dict[str, Any] | None:
    if not isinstance(node, yaml.MappingNode):
        mistakes.append(Mistake(path, node.start_mark.line + 1, "an option is a mapping with text, correct and why"))
        return None
    return check_mapping(path, node, data, 0, _OPTION, mistakes)
