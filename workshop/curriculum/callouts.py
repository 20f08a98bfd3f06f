"""Callouts: quotes that begin with a mark such as ``[!NOTE]``, as Git hosts show them."""

from enum import Enum

from markdown_it.token import Token


class Callout(Enum):
    """The marks, with the words that stand in front of the text."""

    NOTE = "Note"
    TIP = "Tip"
    IMPORTANT = "Important"
    WARNING = "Warning"
    CAUTION = "Caution"
    EXPECT = "What you see"
    HINT = "Hint"
    SOLUTION = "Solution"
    TRAINER = "For the trainer"


FOLDED = frozenset({Callout.HINT, Callout.SOLUTION})
"""Shown only when asked for."""


def mark_callouts(tokens: list[Token]) -> list[Callout]:
    """Turn marked quotes into asides, and hints and solutions into details; those that were found, in order."""
    found = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "blockquote_open" and (callout := _callout(tokens, index)) is not None:
            closing = tokens[_closing(tokens, index)]
            token.tag = closing.tag = "details" if callout in FOLDED else "aside"
            token.attrSet("class", f"admonition {callout.name.lower()}")
            token.meta["callout"] = callout
            _title(tokens, index, callout)
            found.append(callout)
        index += 1
    return found


def _callout(tokens: list[Token], index: int) -> Callout | None:
    if index + 2 >= len(tokens) or tokens[index + 2].type != "inline":
        return None
    first = tokens[index + 2].content.partition("\n")[0].strip()
    name = first.removeprefix("[!").removesuffix("]")
    return Callout[name] if name in Callout.__members__ and first == f"[!{name}]" else None


def _closing(tokens: list[Token], index: int) -> int:
    level = tokens[index].level
    return next(i for i in range(index, len(tokens)) if tokens[i].type == "blockquote_close" and tokens[i].level == level)


def _title(tokens: list[Token], index: int, callout: Callout) -> None:
    """Put the callout's words where its mark stood; a paragraph that held nothing else goes."""
    inline = tokens[index + 2]
    children = inline.children or []
    cut = next((i for i, child in enumerate(children) if child.type == "softbreak"), len(children))
    inline.children = children[cut + 1 :]
    inline.content = inline.content.partition("\n")[2]
    if not inline.children:
        del tokens[index + 1 : index + 4]
    tag = "summary" if callout in FOLDED else "p"
    label = Token("html_block", "", 0, content=f'<{tag} class="admonition-title">{callout.value}</{tag}>\n', level=tokens[index].level + 1)
    tokens.insert(index + 1, label)


def cut_notes(tokens: list[Token], *, keep: bool = False) -> list[Token]:
    """The tokens without the notes for trainers; with ``keep`` only those."""
    kept: list[Token] = []
    until = -1
    for index, token in enumerate(tokens):
        if index > until and token.meta.get("callout") is Callout.TRAINER:
            until = _closing(tokens, index)
        if (index <= until) is keep:
            kept.append(token)
    return kept
