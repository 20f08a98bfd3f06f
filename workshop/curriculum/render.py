"""Markdown to HTML: CommonMark, tables, footnotes, callouts, run blocks, steps; sanitized.

A page is rendered three ways out of one parse: for learners, for trainers with their notes, and cut
into sections, which are the slides.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.footnote import footnote_plugin

from labs import fences, runblocks
from labs.script import Draft, Script, assemble
from workshop.curriculum.callouts import Callout, cut_notes, mark_callouts

VERSION = 2
"""Changes when the same text gives another HTML, so that unchanged files are rendered anew."""

_ATTRIBUTES = {
    **{tag: values | {"class", "id"} for tag, values in nh3.ALLOWED_ATTRIBUTES.items()},
    **{tag: {"class", "id", "tabindex"} for tag in ("pre", "code", "span", "div", "aside", "p", "section", "sup", "li", "h2", "h3", "h4")},
    "figure": {"data-placeholder", "class"},
    "details": {"class"},
    "a": {"href", "class", "id", "title"},
    "img": {"src", "alt", "width", "height", "loading"},
}
_TAGS = nh3.ALLOWED_TAGS | {"figure", "figcaption", "aside", "section", "details", "summary"}

Resolve = Callable[[str], str | None]
"""The address of a relative link or picture of a page, None where there is no such thing."""


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
    """What a page's text becomes.

    ``sections``: one ``{"title", "html", "notes"}`` for what stands before the first second-level heading
    and for each one. ``toc``: ``{"id", "title"}`` of each second-level heading. ``text``: its words.
    """

    html: str
    trainer_html: str
    sections: list[dict[str, str]]
    toc: list[dict[str, str]]
    text: str
    blocks: list[fences.Fence] = field(default_factory=list)
    script: Script = field(default_factory=Script)

    @property
    def run_blocks(self) -> list[fences.Fence]:
        """The fences that learners can run."""
        return [fence for fence in self.blocks if fence.kind is fences.FenceKind.RUN]


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


def render(text: str, *, first_line: int = 0, resolve: Resolve | None = None) -> Rendered:
    """Render a page whose text begins after ``first_line`` lines of its file. Raises PageInvalid."""
    markdown = _markdown()
    tokens = markdown.parse(text)
    found, errors = _take_fences(tokens, first_line)
    errors += _resolve_links(tokens, first_line, resolve or (lambda target: target))
    callouts = mark_callouts(tokens)
    drafts = _drafts(tokens, found)
    lab, wrong = assemble(drafts)
    # A fence that could not be read would be missed in its section as well: one mistake, one complaint.
    errors = errors or [ContentError(error.line, str(error)) for error in wrong]
    if errors:
        raise PageInvalid(sorted(errors, key=lambda error: error.line))
    shown = [runblocks.render(fence, draft.anchor) for draft in drafts for fence in draft.fences]

    def html(some: list[Token]) -> str:
        return _finish(markdown.renderer.render(some, markdown.options, {}), shown)

    for_learners = cut_notes(tokens)
    has_notes = any(callout is Callout.TRAINER for callout in callouts)
    return Rendered(
        html=html(deepcopy(for_learners)),
        trainer_html=html(deepcopy(tokens)) if has_notes else "",
        sections=[_section(part, html) for part in _split(tokens)],
        toc=_contents(tokens),
        text=_words(for_learners),
        blocks=found,
        script=lab,
    )


def _finish(html: str, shown: list[str]) -> str:
    """Sanitize, then put the fences in: what stands for one is ours, and the commands in it are escaped."""
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel="noopener noreferrer")
    # The empty corner of a table heads nothing.
    clean = clean.replace("<th></th>", "<td></td>")
    for number, text in enumerate(shown):
        clean = clean.replace(f'<figure data-placeholder="{number}"></figure>\n', text)
    return clean


def _take_fences(tokens: list[Token], first_line: int) -> tuple[list[fences.Fence], list[ContentError]]:
    """The fences that are more than code; each token gets its number among them."""
    found: list[fences.Fence] = []
    errors: list[ContentError] = []
    for token in tokens:
        if token.type != "fence":
            continue
        try:
            fence = fences.parse(token, first_line=first_line)
        except fences.FenceError as error:
            errors.append(ContentError(first_line + (token.map or [0])[0] + 1, str(error)))
            continue
        if fence is not None:
            token.meta["placeholder"] = len(found)
            token.meta["hidden"] = fence.kind is not fences.FenceKind.RUN
            found.append(fence)
    return found, errors


def _drafts(tokens: list[Token], found: list[fences.Fence]) -> list[Draft]:
    """What stands before the first second-level heading and under each one, as far as it matters to a lab."""
    drafts = [Draft()]
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0:
            title = tokens[index + 1].content.replace("`", "")
            drafts.append(Draft(anchor=str(token.attrGet("id") or ""), title=title))
        elif "placeholder" in token.meta:
            drafts[-1].fences.append(found[token.meta["placeholder"]])
        elif token.meta.get("callout") is Callout.HINT:
            drafts[-1].hints += 1
    return drafts


def _resolve_links(tokens: list[Token], first_line: int, resolve: Resolve) -> list[ContentError]:
    """Turn relative links and pictures into addresses of the site."""
    errors = []
    for inline in (token for token in tokens if token.type == "inline"):
        line = first_line + (inline.map or [0])[0] + 1
        for child in inline.children or []:
            attribute = {"link_open": "href", "image": "src"}.get(child.type)
            target = str(child.attrGet(attribute) or "") if attribute else ""
            if not attribute or not target or target.startswith(("#", "http://", "https://", "mailto:")):
                continue
            address = resolve(target)
            if address is None:
                errors.append(ContentError(line, f"{'the picture' if attribute == 'src' else 'the link to'} {target} leads nowhere"))
            else:
                child.attrSet(attribute, address)
            if child.type == "image":
                child.attrSet("loading", "lazy")
    return errors


def _contents(tokens: list[Token]) -> list[dict[str, str]]:
    return [
        {"id": str(token.attrGet("id") or ""), "title": tokens[index + 1].content.replace("`", "")}
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]


def _split(tokens: list[Token]) -> list[list[Token]]:
    """The tokens of each section; the footnotes, which come last, belong to the last one."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0:
            parts.append([])
        parts[-1].append(token)
    return [part for part in parts if part]


def _section(tokens: list[Token], html: Callable[[list[Token]], str]) -> dict[str, str]:
    has_title = tokens[0].type == "heading_open" and tokens[0].tag == "h2"
    title = tokens[1].content.replace("`", "") if has_title else ""
    body = deepcopy(tokens[3:] if has_title else tokens)
    return {"title": title, "html": html(cut_notes(body)), "notes": html(cut_notes(body, keep=True))}


def _words(tokens: list[Token]) -> str:
    """Text and commands without their marks, for the search."""
    words = []
    for token in tokens:
        if token.type == "inline":
            words.append("".join(child.content for child in token.children or [] if child.content) or escape(token.content))
        elif token.type in {"fence", "code_block"} and not token.meta.get("hidden"):
            words.append(token.content)
    return "\n".join(words)
