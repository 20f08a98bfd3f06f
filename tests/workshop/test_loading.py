"""Content files become rows, or a list of every mistake."""

from pathlib import Path

import pytest

from workshop.curriculum.loading import ContentInvalid, Loaded, load
from workshop.curriculum.models import Module, Page

MODULE = "title: One\nsummary: First.\nminutes: 30\nlevel: beginner\nposition: 1\nobjectives: [Learn]\n"
PAGE = "---\ntitle: Hello\nminutes: 30\n---\n## Part\n\n```sh run\ndocker ps\n```\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, {"one/module.yaml": MODULE, "one/01-hello.md": PAGE})


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(ContentInvalid) as caught:
        load([folder])
    return [str(mistake).removeprefix(f"{folder}/modules/") for mistake in caught.value.mistakes]


@pytest.mark.django_db
def test_loading_twice_keeps_the_rows(folder: Path) -> None:
    assert load([folder]) == Loaded(modules=1, pages=1, changed=1, withdrawn=0)
    before = Page.objects.get()
    write(folder, {"one/01-hello.md": PAGE.replace("Hello", "Good day")})
    assert load([folder]) == Loaded(modules=1, pages=1, changed=1, withdrawn=0)
    assert load([folder]) == Loaded(modules=1, pages=1, changed=0, withdrawn=0)
    after = Page.objects.get()
    assert (after.pk, after.title) == (before.pk, "Good day")


@pytest.mark.django_db
def test_a_page_has_run_blocks_and_contents(folder: Path) -> None:
    load([folder])
    page = Page.objects.get()
    assert page.toc == [{"id": "part", "title": "Part"}]
    assert '<template class="run-source">docker ps</template>' in page.html


@pytest.mark.django_db
def test_a_module_without_files_is_withdrawn_and_kept(folder: Path, tmp_path: Path) -> None:
    load([folder])
    other = write(tmp_path / "other", {"two/module.yaml": MODULE, "two/01-hello.md": PAGE})
    assert load([other]) == Loaded(modules=1, pages=1, changed=1, withdrawn=1)
    assert list(Module.objects.order_by("slug").values_list("slug", "withdrawn")) == [("one", True), ("two", False)]


@pytest.mark.django_db
def test_every_mistake_is_reported_with_its_line_and_nothing_is_loaded(folder: Path) -> None:
    meta = MODULE.replace("level: beginner", "level: wizard\ncolour: red").replace("summary: First.\n", "tracks: [introduction, diy]\n")
    blocks = "```sh run later\ndocker ps\n```\n\n```run\nx\n```\n"
    write(
        folder,
        {
            "one/module.yaml": meta,
            "one/02-bad.md": f"---\ntitle: Bad\nminutes: soon\nkind: poem\n---\ntext\n\n{blocks}",
            "one/03-links.md": PAGE + "\n[there](04-nowhere.md) and\n\n![a picture](images/none.svg)\n",
            "one/04-print.md": PAGE.replace("Part", "Other"),
            "one/print.md": "no front matter",
            "one/05-print.md": PAGE,
            "one/images/clip.gif": "",
            "two/note.txt": "",
        },
    )
    (folder / "modules/one/04-print.md").rename(folder / "modules/one/04-sandbox.md")
    assert mistakes(folder) == [
        "one/module.yaml:5: unknown key 'colour'; it may be authors, helps, level, licence, minutes, needs, objectives, position, "
        "prerequisites, reviewed, summary, title, tracks",
        "one/module.yaml:1: the key 'summary' is missing",
        "one/module.yaml:4: 'level' is 'wizard'; it may be beginner, intermediate, advanced",
        "one/module.yaml:2: 'tracks' has 'diy'; it may have introduction, advanced, automation",
        "one/images/clip.gif:1: a picture is one of .svg, .png, .jpg, .webp",
        "one/02-bad.md:3: 'minutes' must be a whole number above 0",
        "one/02-bad.md:4: 'kind' is 'poem'; it may be reading, lab, quiz",
        "one/02-bad.md:8: unknown option 'later'; it may be interrupt, node=node1 … node=node5, limit=SECONDS or skip=\"reason\"",
        "one/02-bad.md:12: a run block needs a language before the word run, such as ```sh run",
        "one/03-links.md:11: the link to 04-nowhere.md leads nowhere",
        "one/03-links.md:13: the picture images/none.svg leads nowhere",
        "one/04-sandbox.md:1: a page cannot be called sandbox: the address is taken",
        "one/05-print.md:1: a page cannot be called print: the address is taken",
        "one/print.md:1: a page's file is named like 01-first-page.md",
        "two:1: there is no module.yaml in here",
    ]
    assert not Module.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [1, 31])
def test_pages_that_do_not_add_up(folder: Path, minutes: int) -> None:
    write(folder, {"one/01-hello.md": PAGE.replace("minutes: 30", f"minutes: {minutes}")})
    assert mistakes(folder) == [f"one/module.yaml:1: the pages take {minutes} minutes, the module says 30"]


@pytest.mark.django_db
def test_an_extra_page_does_not_count(folder: Path) -> None:
    write(folder, {"one/02-more.md": PAGE.replace("minutes: 30", "minutes: 30\nextra: true")})
    assert load([folder]).pages == 2


@pytest.mark.django_db
def test_prerequisites_exist_and_nothing_needs_itself(folder: Path) -> None:
    write(folder, {"one/module.yaml": MODULE + "prerequisites: [two, none]\nhelps: [lost]\n"})
    write(folder, {"two/module.yaml": MODULE + "prerequisites: [one]\n", "two/01-hello.md": PAGE})
    assert mistakes(folder) == [
        "one/module.yaml:7: prerequisites names none, which is no module",
        "one/module.yaml:8: helps names lost, which is no module",
        "one/module.yaml:7: these need each other: one → two → one",
    ]


@pytest.mark.django_db
def test_a_quiz_and_its_mistakes(folder: Path) -> None:
    quiz = "- question: Which?\n  options:\n  - text: This\n    correct: true\n  - text: That\n  explanation: So.\n"
    page = PAGE.replace("minutes: 30", "minutes: 10\nkind: quiz")
    write(folder, {"one/01-hello.md": PAGE.replace("30", "20"), "one/02-quiz.md": page, "one/quiz.yaml": quiz})
    load([folder])
    assert Page.objects.get(slug="quiz").quiz == [
        {
            "question": "Which?",
            "options": [{"text": "This", "correct": True, "why": ""}, {"text": "That", "correct": False, "why": ""}],
            "explanation": "So.",
            "several": False,
        }
    ]
    wrong = quiz.replace("correct: true", "right: true") + "- question: And?\n  options: [x]\n"
    write(folder, {"one/quiz.yaml": wrong})
    assert mistakes(folder) == [
        "one/quiz.yaml:4: unknown key 'right'; it may be correct, text, why",
        "one/quiz.yaml:8: 'options' must be a list of at least two",
        "one/quiz.yaml:7: the key 'explanation' is missing",
    ]


@pytest.mark.django_db
def test_links_and_pictures_become_addresses(folder: Path) -> None:
    text = PAGE + "\n[next](02-next.md#end), [other](../two/01-hello.md), ![a box](images/box.svg)\n"
    write(folder, {"one/01-hello.md": text, "one/images/box.svg": "<svg/>", "one/02-next.md": PAGE.replace("30", "30\nextra: true")})
    write(folder, {"two/module.yaml": MODULE, "two/01-hello.md": PAGE})
    load([folder])
    html = Page.objects.get(module__slug="one", slug="hello").html
    assert 'href="/modules/one/next/#end"' in html
    assert 'href="/modules/two/hello/"' in html
    assert 'src="/modules/one/images/box.svg?v=' in html


@pytest.mark.django_db
def test_broken_yaml_is_named_with_its_line(folder: Path) -> None:
    write(folder, {"one/01-hello.md": "---\ntitle: Hello\nminutes: [5\n---\ntext\n"})
    assert [line.partition(": ")[0] for line in mistakes(folder)] == ["one/01-hello.md:4"]


@pytest.mark.django_db
def test_two_folders_with_one_module(folder: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"one/module.yaml": MODULE, "one/01-hello.md": PAGE})
    with pytest.raises(ContentInvalid) as caught:
        load([folder, other])
    assert [mistake.message for mistake in caught.value.mistakes] == ["another content folder has a module called one already"]
