"""Steps: done or not done, and what the person sees of it."""

import io
import json
import os
import subprocess
from pathlib import Path

import pytest

from dev.command import run_logged
from dev.console import Console, Problem, Progress
from dev.fingerprint import Stamp, files_below, fingerprint
from dev.frontend import Bundle
from dev.image_inputs import Image, images, waves
from dev.image_steps import DiskSpace
from dev.layout import Address, Layout
from dev.packages import SystemPackages, missing_sentence
from dev.site import Database, StaticFiles, ensure_secret_key, health_sentences, site_env

ROOT = Path(__file__).resolve().parents[2]


def quiet(line: str, /) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout with a front end that a one-line script bundles."""
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "site.js").write_text("let a = 1\n")
    build = "mkdir -p static/dist && cat static/js/*.js > static/dist/site.js"
    (tmp_path / "package.json").write_text(json.dumps({"name": "x", "scripts": {"build": build}}))
    (tmp_path / "package-lock.json").write_text("{}")
    for folder in ("var/log", "var/run"):
        (tmp_path / folder).mkdir(parents=True)
    return Layout(tmp_path, tmp_path / "var")


class _Once:
    title = "Something"

    def __init__(self) -> None:
        self.runs = 0

    def done(self) -> bool:
        return self.runs > 0

    def run(self, progress: Progress) -> None:
        progress("at it")
        self.runs += 1


class _Broken(_Once):
    def run(self, progress: Progress) -> None:
        raise Problem("It is broken: mend it.")


def test_a_step_runs_once_and_is_named_with_its_time() -> None:
    screen, step = io.StringIO(), _Once()
    Console(screen).perform([step, step])
    lines = screen.getvalue().splitlines()
    assert step.runs == 1
    assert [line.split() for line in lines] == [
        ["Something", "..."],
        ["Something", "0.0", "s", "done"],
        ["Something", "0.0", "s", "already", "there"],
    ]


def test_nothing_is_done_after_a_failed_step() -> None:
    screen, after = io.StringIO(), _Once()
    with pytest.raises(Problem, match="It is broken"):
        Console(screen).perform([_Broken(), after])
    assert after.runs == 0
    assert screen.getvalue().splitlines()[-1].endswith("failed")


def test_the_bundle_is_made_when_its_sources_changed(layout: Layout) -> None:
    bundle = Bundle(layout)
    assert not bundle.done()
    bundle.run(quiet)
    assert bundle.done()
    (layout.root / "static" / "js" / "site.js").write_text("let a = 2\n")
    assert not bundle.done()
    bundle.run(quiet)
    assert bundle.done()
    assert (layout.root / "static" / "dist" / "site.js").read_text() == "let a = 2\n"


def test_the_bundle_is_made_again_after_it_was_deleted(layout: Layout) -> None:
    bundle = Bundle(layout)
    bundle.run(quiet)
    (layout.root / "static" / "dist" / "site.js").unlink()
    assert not bundle.done()


def test_a_bundler_that_fails_is_quoted_and_tried_again(layout: Layout) -> None:
    Bundle(layout).run(quiet)
    (layout.root / "package.json").write_text(json.dumps({"name": "x", "scripts": {"build": "echo no such module; exit 3"}}))
    with pytest.raises(Problem) as raised:
        Bundle(layout).run(quiet)
    assert "no such module" in str(raised.value)
    assert str(raised.value).splitlines()[-1].startswith("The front end could not be bundled (status 3; ")
    assert not Bundle(layout).done()


def test_a_stamp_is_gone_when_the_work_begins(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "stamps" / "thing")
    assert not stamp.holds("one")
    stamp.write("one")
    assert stamp.holds("one")
    assert not stamp.holds("two")
    stamp.clear()
    assert not stamp.holds("one")


def _tree(folder: Path) -> str:
    return fingerprint(files_below(folder), base=folder)


def test_a_fingerprint_sees_names_contents_links_and_the_executable_bit(tmp_path: Path) -> None:
    seen = []

    def look() -> None:
        seen.append(_tree(tmp_path))

    look()
    (tmp_path / "a").write_text("1")
    look()
    (tmp_path / "a").write_text("2")
    look()
    (tmp_path / "a").chmod(0o755)
    look()
    (tmp_path / "a").rename(tmp_path / "b")
    look()
    (tmp_path / "link").symlink_to("b")
    look()
    assert len(set(seen)) == len(seen)


def test_a_fingerprint_does_not_see_caches_times_and_group_bits(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = _tree(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    (tmp_path / "a").chmod(0o664)
    os.utime(tmp_path / "a", (1, 1))
    assert _tree(tmp_path) == before


def test_pieces_of_a_fingerprint_cannot_change_places(tmp_path: Path) -> None:
    assert fingerprint([], "ab", "c", base=tmp_path) != fingerprint([], "a", "bc", base=tmp_path)


def _image_folders(root: Path) -> None:
    for folder in ("labs/busybox", "labs/hello-world", "mirror", "sandbox/preload"):
        (root / "images" / folder).mkdir(parents=True)
    for folder in ("labs/busybox", "labs/hello-world", "mirror", "sandbox"):
        (root / "images" / folder / "Dockerfile").write_text("FROM scratch\n")
    for name in ("busybox", "hello-world"):
        _mapping(root, name, f'names = ["{name}:latest", "{name}:1"]\npreload = true\n')


def _mapping(root: Path, name: str, text: str) -> None:
    folder = root / "images" / "labs" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "image.toml").write_text(text)


def test_the_sandbox_image_is_last_and_carries_the_lab_images_that_ask_for_it(tmp_path: Path) -> None:
    _image_folders(tmp_path)
    _mapping(tmp_path, "nginx", 'names = ["nginx:1.26"]\n')
    *labs, mirror, sandbox = images(tmp_path)
    assert [(lab.tag, lab.learners_tag) for lab in labs] == [
        ("drydock/lab-busybox:latest", "busybox:latest"),
        ("drydock/lab-hello-world:latest", "hello-world:latest"),
        ("drydock/lab-nginx:latest", "nginx:1.26"),
    ]
    assert mirror.tag == "drydock/mirror:latest"
    assert (sandbox.tag, sandbox.preload) == ("drydock/sandbox:latest", tuple(labs[:2]))


def test_what_an_image_is_built_on_comes_before_it_and_changes_it(tmp_path: Path) -> None:
    _mapping(tmp_path, "agent", 'names = ["drydock/agent:1"]\nbase = "python"\n')
    _mapping(tmp_path, "python", 'names = ["python:3"]\n')
    python, agent, *_ = images(tmp_path)
    assert (agent.base, agent.arguments) == (python, {"BASE": "drydock/lab-python:latest"})
    assert [[image.name for image in wave] for wave in waves([python, agent])] == [["python"], ["agent"]]
    before = agent.inputs("sha256:1")
    (python.folder / "Dockerfile").write_text("FROM scratch\nLABEL a=b\n")
    assert agent.inputs("sha256:1") != before


def test_an_image_for_several_platforms_is_built_for_each(tmp_path: Path) -> None:
    _mapping(tmp_path, "hello", 'names = ["hello:latest"]\nplatforms = ["amd64", "arm64"]\n')
    amd64, arm64, hello, *_ = images(tmp_path)
    assert hello.variants == (amd64, arm64)
    assert [(image.tag, image.learners_tag, image.arguments) for image in hello.variants] == [
        ("drydock/lab-hello:amd64", "hello:amd64", {"PLATFORM": "amd64"}),
        ("drydock/lab-hello:arm64", "hello:arm64", {"PLATFORM": "arm64"}),
    ]
    assert len({image.inputs("sha256:1") for image in (amd64, arm64, hello)}) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("names = [", "cannot be read"),
        ("about = 'x'", "names must list"),
        ('names = ["x"]', "names must list"),
        ('names = ["x:1"]\ncolour = "red"', "unknown key 'colour'"),
        ('names = ["x:1"]\nbase = "y"', "the base 'y', which is not there"),
        ('names = ["x:1"]\nbase = "x"', "the base 'x', which is built on it"),
    ],
)
def test_a_mapping_that_cannot_be_right_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    _mapping(tmp_path, "x", text)
    with pytest.raises(Problem, match=words):
        images(tmp_path)


def test_only_what_changed_has_new_inputs(tmp_path: Path) -> None:
    _image_folders(tmp_path)

    def inputs(base: str = "sha256:1") -> list[str]:
        return [image.inputs(base) for image in images(tmp_path)]

    busybox, hello, mirror, sandbox = inputs()
    (tmp_path / "images" / "sandbox" / "Dockerfile").write_text("FROM scratch\nLABEL a=b\n")
    again = inputs()
    assert again[:3] == [busybox, hello, mirror]
    assert again[3] != sandbox
    (tmp_path / "images" / "labs" / "busybox" / "Dockerfile").write_text("FROM scratch\nLABEL a=b\n")
    third = inputs()
    assert third[1:3] == [hello, mirror]
    assert third[0] != busybox
    assert third[3] != again[3]
    assert not set(inputs("sha256:2")) & set(third)


def test_ignored_files_and_old_archives_are_no_inputs(tmp_path: Path) -> None:
    _image_folders(tmp_path)
    folder = tmp_path / "images" / "sandbox"
    (folder / "init").mkdir()
    (folder / "init" / "main.c").write_text("int main;")
    (folder / ".dockerignore").write_text("# built by hand\ninit/*.o\n/build\n")
    sandbox = Image("x", folder)
    before = sandbox.inputs("sha256:1")
    (folder / "init" / "main.o").write_text("object")
    (folder / "build").mkdir()
    (folder / "build" / "thing").write_text("made")
    (folder / "preload" / "busybox.tar").write_text("archive")
    assert sandbox.inputs("sha256:1") == before
    (folder / "init" / "other.c").write_text("int other;")
    assert sandbox.inputs("sha256:1") != before


def test_a_full_disk_is_one_sentence(layout: Layout) -> None:
    with pytest.raises(Problem, match=r"^The disk that holds \S+ has [\d.]+ GiB left; Drydock needs \d+ GiB there\.$"):
        DiskSpace(layout, {"DOCKER_HOST": "tcp://127.0.0.1:1"}, least=2**60).done()


def test_what_is_missing_comes_with_the_line_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing_sentence(["Redis", "Node.js with npm"], ["redis-server", "nodejs", "npm"]) == (
        "This machine lacks Redis, Node.js with npm. Run this line and start again:\n"
        "  sudo apt-get install --no-install-recommends redis-server nodejs npm"
    )
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert missing_sentence(["Redis"], ["redis-server"]) == (
        "This machine lacks Redis. Install them (on Debian: redis-server) and start again."
    )


def test_an_empty_path_lacks_things_and_this_machine_does_not(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"DOCKER_HOST": "unix:///nowhere"}
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert SystemPackages(layout, env, for_tests=True).done()
    monkeypatch.setenv("PATH", "/nowhere")
    packages = SystemPackages(layout, env, for_tests=True)
    assert not packages.done()
    with pytest.raises(Problem, match=r"^This machine lacks Node\.js with npm, Redis, "):
        packages.run(quiet)


def test_a_command_is_kept_in_the_log_and_quoted_when_it_fails(tmp_path: Path) -> None:
    seen: list[str] = []
    log = tmp_path / "log" / "a.log"
    last = run_logged(["sh", "-c", "echo one; echo two >&2"], problem="x", log=log, progress=seen.append)
    assert last == "one\ntwo"
    assert [line.strip() for line in seen] == ["one", "two"]
    assert log.read_text() == "$ sh -c echo one; echo two >&2\none\ntwo\n"
    with pytest.raises(Problem, match=r"^three\nIt did not work \(status 4; the whole output is in .*a\.log\)\.$"):
        run_logged(["sh", "-c", "echo three; exit 4"], problem="It did not work", log=log, progress=quiet)
    with pytest.raises(Problem, match=r"^It did not work \(/no/such: No such file or directory\)\.$"):
        run_logged(["/no/such"], problem="It did not work", log=log, progress=quiet)


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = ensure_secret_key(tmp_path / "secret-key")
    first = path.read_text()
    assert len(first.strip()) > 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert ensure_secret_key(path).read_text() == first


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Layout, dict[str, str]]:
    """An installation of this checkout with data of its own."""
    var = tmp_path_factory.mktemp("var")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("DRYDOCK_", "DATABASE_URL"))}
    layout = Layout.read({"DRYDOCK_VAR": str(var)})
    return layout, site_env(layout, environ, Address("127.0.0.1", 8000), os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0"))


def test_the_database_is_prepared_once(site: tuple[Layout, dict[str, str]]) -> None:
    layout, env = site
    assert not Database(layout, env).done()
    shown: list[str] = []
    Database(layout, env).run(shown.append)
    assert Database(layout, env).done()
    assert not [line for line in shown if "@drydock" in line]
    accounts = layout.accounts
    assert accounts.stat().st_mode & 0o777 == 0o600
    first = accounts.read_text()
    assert [name for name in ("admin@", "trainer@", "learner@") if name in first] == ["admin@", "trainer@", "learner@"]
    Database(layout, env).run(quiet)
    assert accounts.read_text() == first
    passwords = [line.split()[-1] for line in first.splitlines() if "@" in line]
    log = (layout.log / "site.log").read_text()
    assert "createaccounts" in log
    assert [password for password in passwords if password in log] == []
    (layout.var / "drydock.sqlite3").unlink()
    assert not Database(layout, env).done()


def test_another_database_server_is_always_looked_at(site: tuple[Layout, dict[str, str]]) -> None:
    layout, env = site
    assert not Database(layout, {**env, "DATABASE_URL": "postgres://somewhere/drydock"}).done()


def test_static_files_are_collected_once(site: tuple[Layout, dict[str, str]]) -> None:
    layout, env = site
    StaticFiles(layout, env).run(quiet)
    assert StaticFiles(layout, env).done()
    (layout.var / "static" / "staticfiles.json").unlink()
    assert not StaticFiles(layout, env).done()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"ok": true, "redis": {"ok": true, "message": ""}}', []),
        ('{"ok": false, "redis": {"ok": false, "message": "Redis does not answer."}}', ["redis: Redis does not answer."]),
        ('{"ok": false, "engine": {"ok": false}}', ["engine: not well"]),
        ("<html>", ["the answer was no health report: '<html>'"]),
        ("[]", ["the answer was no health report: '[]'"]),
    ],
)
def test_health_in_words(answer: str, expected: list[str]) -> None:
    assert health_sentences(answer) == expected


def test_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = [line.split()[1] for line in shown.splitlines()]
    phony = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:"))
    assert sorted(listed) == sorted(phony.split()[1:])
    assert {"run", "test", "images", "bench", "help"} <= set(listed)
