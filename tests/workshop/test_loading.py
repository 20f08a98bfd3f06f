"""Content files become rows, or a list of every mistake."""

from pathlib import Path

import pytest

from workshop.curriculum.loading import ContentInvalid, Loaded, load
from workshop.curriculum.models import Module, Page

MODULE = "title: One\nsummary: First.\nminutes: 30\nlevel: beginner\nposition: 1\nobjectives: [Learn]\n"
PAGE = "---\ntitle: Hello\nminutes: 5\n---\n## Part\n\n```sh run\ndocker ps\n```\n"


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
    assert load([folder]) == Loaded(modules=1, pages=1, withdrawn=0)
    before = Page.objects.get()
    write(folder, {"one/01-hello.md": PAGE.replace("Hello", "Good day")})
    assert load([folder]) == Loaded(modules=1, pages=1, withdrawn=0)
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
    assert load([other]) == Loaded(modules=1, pages=1, withdrawn=1)
    assert list(Module.objects.order_by("slug").values_list("slug", "withdrawn")) == [("one", True), ("two", False)]


@pytest.mark.django_db
def test_every_mistake_is_reported_with_its_line_and_nothing_is_loaded(folder: Path) -> None:
    write(
        folder,
        {
            "one/module.yaml": MODULE.replace("level: beginner", "level: wizard\ncolour: red").replace("summary: First.\n", ""),
            "one/02-bad.md": "---\ntitle: Bad\nminutes: soon\n---\ntext\n\n```sh run later\ndocker ps\n```\n\n```run\nx\n```\n",
            "one/plain.md": "no front matter",
            "two/note.txt": "",
        },
    )
    assert mistakes(folder) == [
        "one/module.yaml:4: unknown key 'colour'; it may be level, minutes, objectives, position, summary, title",
        "one/module.yaml:1: the key 'summary' is missing",
        "one/module.yaml:1: level is 'wizard'; it may be beginner, intermediate, advanced",
        "one/02-bad.md:3: 'minutes' must be a whole number above 0",
        "one/02-bad.md:7: unknown option 'later'; it may be interrupt or node=node1 … node=node5",
        "one/02-bad.md:11: a run block needs a language before the word run, such as ```sh run",
        "one/plain.md:1: a page's file is named like 01-first-page.md",
        "two:1: there is no module.yaml in here",
    ]
    assert not Module.objects.exists()


@pytest.mark.django_db
def test_pages_longer_than_their_module(folder: Path) -> None:
    write(folder, {"one/02-more.md": PAGE.replace("minutes: 5", "minutes: 26")})
    assert mistakes(folder) == ["one/module.yaml:1: the pages take 31 minutes, the module has 30"]


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
