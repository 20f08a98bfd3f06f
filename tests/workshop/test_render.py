"""What authors write, and what must never come out of it."""

import pytest

from workshop.curriculum.render import render


def test_html_and_scripts_of_an_author_are_text() -> None:
    html = render("Hello <script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))").html
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_the_commands_of_a_run_block_are_kept_exactly() -> None:
    rendered = render('```sh run interrupt node=node2\necho "<b>" && true\n```')
    assert [(b.source, b.interrupt, b.node, b.line) for b in rendered.run_blocks] == [('echo "<b>" && true', True, "node2", 1)]
    assert '<template class="run-source">echo &quot;&lt;b&gt;&quot; &amp;&amp; true</template>' in rendered.html
    assert 'data-interrupt="true" data-node="node2"' in rendered.html


def test_a_code_block_without_run_is_no_run_block() -> None:
    rendered = render("```sh\necho hi\n```")
    assert rendered.run_blocks == []
    assert "run-block" not in rendered.html


def test_a_block_cannot_pretend_to_be_another() -> None:
    rendered = render(
        '```sh run\necho one\n```\n\n<figure data-placeholder="0"></figure>\n\n```html run\n<figure data-placeholder="0"></figure>\n```'
    )
    assert rendered.html.count('<figure class="run-block"') == 2


def test_a_callout() -> None:
    html = render("> [!WARNING]\n> Mind **this**.\n").html
    title = '<p class="admonition-title">Warning</p>'
    assert html.strip() == f'<aside class="admonition warning">\n{title}\n<p>Mind <strong>this</strong>.</p>\n</aside>'


@pytest.mark.parametrize("text", ["> [!HINT]\n> Look.\n", "> [!HINT]\n>\n> Look.\n"])
def test_a_hint_is_folded(text: str) -> None:
    summary = "<summary>Hint</summary>"
    assert render(text).html.strip() == f'<details class="admonition hint">\n{summary}\n<p>Look.</p>\n</details>'


def test_notes_for_trainers_are_not_for_learners() -> None:
    rendered = render("Text.\n\n> [!TRAINER]\n> Ask the room.\n\n## Part\n\nMore.\n\n> [!TRAINER]\n> Five minutes.\n")
    assert "Ask the room" not in rendered.html + rendered.text
    assert "Ask the room" in rendered.trainer_html
    sections = [(s["title"], "Text" in s["html"], "More" in s["html"], s["notes"].count("<aside")) for s in rendered.sections]
    assert sections == [("", True, False, 1), ("Part", False, True, 1)]
    assert "Five minutes" not in rendered.sections[1]["html"]


def test_a_page_without_notes_is_kept_once() -> None:
    assert render("Text.").trainer_html == ""


def test_words_and_commands_can_be_searched() -> None:
    assert render("A **bold** word.\n\n```sh run\ndocker ps\n```").text == "A bold word.\ndocker ps\n"


def test_an_ordinary_quote_stays_one() -> None:
    assert render("> [!OTHER]\n> text").html.startswith("<blockquote>")


def test_lines_are_counted_in_the_file() -> None:
    assert [block.line for block in render("a\n\n```sh run\nls\n```", first_line=10).run_blocks] == [13]
