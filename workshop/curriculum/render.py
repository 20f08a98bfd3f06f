"""Markdown to HTML: CommonMark, tables, footnotes, GitHub's callouts, run blocks; sanitized."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labs import runblocks

CALLOUTS = {"NOTE": "Note", "TIP": "Tip", "IMPORTANT": "Important", "WARNING": "Warning", "CAUTION": "Caution"}

_ATTRIBUTES = {
    **{tag: values | {"class", "id"} for tag, values in nh3.ALLOWED_ATTRIBUTES.items()},
    **{tag: {"class", "id", "tabindex"} for tag in ("pre", "code", "span", "div", "aside", "p", "section", "sup", "li", "h2", "h3", "h4")},
    "figure": {"data-placeholder"},
    "a": {"href", "class", "id", "title"},
}


@dataclass(frozen=True, slots=True)
class ContentError:
    """Something in a page is wrong, at a line of its file (from 1)."""

    line: int
    message: str


class PageInvalid(ValueError):
    """A page cannot be rendered; ``errors`` has everything that is wrong with it."""

    def __init__(self, errors: list[ContentError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(slots=True)
class Rendered:
    """A page's HTML, its table of contents (``{"id", "title"}`` of each second-level heading) and run blocks."""

    html: str
    toc: list[dict[str, str]]
    run_blocks: list[runblocks.RunBlock] = field(default_factory=list)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table").enable("strikethrough")
    markdown.use(footnote_plugin).use(anchors_plugin, max_level=4, permalink=False)
    markdown.add_render_rule("fence", _render_fence)
    return markdown


def _render_fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if "placeholder" in token.meta:
        return f'<figure data-placeholder="{token.meta["placeholder"]}"></figure>\n'
    language = (token.info.split() or ["text"])[0]
    return f'<pre class="code" tabindex="0"><code>{runblocks.code_html(language, token.content)}</code></pre>\n'


def render(text: str, *, first_line: int = 0) -> Rendered:
    """Render a page whose text begins after ``first_line`` lines of its file. Raises PageInvalid."""
    markdown = _markdown()
    tokens = markdown.parse(text)
    blocks, errors = _take_run_blocks(tokens, first_line)
    if errors:
        raise PageInvalid(errors)
    _mark_callouts(tokens)
    html = nh3.clean(
        markdown.renderer.render(tokens, markdown.options, {}),
        tags=nh3.ALLOWED_TAGS | {"figure", "aside", "section", "input"},
        attributes=_ATTRIBUTES,
        link_rel="noopener noreferrer",
    )
    # After sanitizing, because what stands for a run block is ours and the commands in it are escaped.
    for number, block in enumerate(blocks):
        html = html.replace(f'<figure data-placeholder="{number}"></figure>', runblocks.render(block))
    return Rendered(html=html, toc=_contents(tokens), run_blocks=blocks)


def _take_run_blocks(tokens: list[Token], first_line: int) -> tuple[list[runblocks.RunBlock], list[ContentError]]:
    blocks: list[runblocks.RunBlock] = []
    errors: list[ContentError] = []
    for token in tokens:
        if token.type != "fence":
            continue
        try:
            block = runblocks.parse(token, first_line=first_line)
        except runblocks.RunBlockError as error:
            errors.append(ContentError(first_line + (token.map or [0])[0] + 1, str(error)))
            continue
        if block is not None:
            token.meta["placeholder"] = len(blocks)
            blocks.append(block)
    return blocks, errors


def _mark_callouts(tokens: list[Token]) -> None:
    """Turn a quote that begins with ``[!NOTE]`` into an aside, as Git hosts do."""
    for index, token in enumerate(tokens):
        if token.type != "blockquote_open" or index + 2 >= len(tokens) or tokens[index + 2].type != "inline":
            continue
        inline = tokens[index + 2]
        first, _, rest = inline.content.partition("\n")
        kind = first.strip().removeprefix("[!").removesuffix("]")
        if kind not in CALLOUTS or first.strip() != f"[!{kind}]":
            continue
        closing = next(t for t in tokens[index:] if t.type == "blockquote_close" and t.level == token.level)
        token.tag = closing.tag = "aside"
        token.attrSet("class", f"admonition {kind.lower()}")
        tokens[index + 1].attrSet("class", "admonition-text")
        children = inline.children or []
        cut = next((i for i, child in enumerate(children) if child.type == "softbreak"), len(children) - 1)
        label = Token("html_inline", "", 0, content=f'<span class="admonition-title">{CALLOUTS[kind]}</span> ')
        inline.children = [label, *children[cut + 1 :]]
        inline.content = rest


def _contents(tokens: list[Token]) -> list[dict[str, str]]:
    return [
        {"id": str(token.attrGet("id") or ""), "title": tokens[index + 1].content.replace("`", "")}
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]
