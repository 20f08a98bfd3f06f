"""The take-home pack: what is in it, what its door refuses, and that odd names do no harm."""

import io
import os
import re
import resource
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.core.cache import cache
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.models import Engine, Sandbox
from sandboxes.services import Takeout, request
from sandboxes.states import State
from sandboxes.takeout import KeptFile, LeftOut, Transcript
from tests.conftest import signed_in
from workshop.accounts.models import User
from workshop.agendas.models import Agenda, Visibility
from workshop.curriculum.loading import load
from workshop.curriculum.models import Module
from workshop.learning.course import Course, whole
from workshop.learning.pack.build import PackFailed, Work, build
from workshop.learning.pack.images import LabImage, compose, described, images_of, listing
from workshop.learning.pack.names import Names, safe_name, safe_path
from workshop.learning.pack.pages import pages_html
from workshop.learning.views.pack import PackResponse

FILE = "/learning/pack/file/"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def fetched(client: Client, **fields: str) -> dict[str, bytes]:
    response = client.post(FILE, fields)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/zip")
    return unpacked(b"".join(response))


def basics() -> Course:
    module = Module.objects.get(slug="basics")
    return Course(module.title, module.slug, (whole(module),))


# --- What is in it -----------------------------------------------------------------------------------


def test_the_pack_of_a_module_without_a_sandbox(bob: User, course: Path) -> None:
    client = signed_in(bob)
    page = client.get("/learning/pack/?module=basics").content.decode()
    assert "Nothing of your own work" in page
    response = client.post(FILE, {"module": "basics"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="basics-pack.zip"'
    assert response.headers["Cache-Control"] == "private, no-store"
    files = unpacked(b"".join(response))
    assert sorted(files) == [f"basics-pack/{name}" for name in ("README.txt", "compose.yaml", "images.txt", "pages.html")]
    assert "no sandbox for this module was running" in files["basics-pack/README.txt"].decode()
    assert "docker pull busybox:1.37" in files["basics-pack/images.txt"].decode()


def test_the_pack_of_an_agenda_has_its_pages(bob: User, bobs_agenda: Agenda) -> None:
    signed_in(bob).post("/modules/basics/start/done/")
    html = fetched(signed_in(bob), agenda=str(bobs_agenda.pk))["monday-pack/pages.html"].decode()
    assert re.findall(r'<article id="([^"]+)">', html) == ["basics--start", "basics--recap", "fleets--flagship"]
    assert re.findall(r"<h1>([^<]+)</h1>", html) == ["Monday", "Basics", "Start here", "Recap", "Fleets", "Flagship"]
    assert html.count(", done</span>") == 1
    assert "Ask the room first." not in html
    assert "Containers that run" in html


def test_the_pages_need_nothing_beside_them(bob: User, course: Path) -> None:
    folder = course / "modules" / "basics"
    (folder / "images").mkdir()
    (folder / "images" / "layers.svg").write_text(PICTURE)
    (folder / "02-layers.md").write_text(
        "---\ntitle: Layers\nminutes: 15\n---\n## Union mounts\n\n![Layers](images/layers.svg)\n\n"
        "[there](01-start.md#read-on) [far](../fleets/01-flagship.md) [out](https://example.org/) [here](#union-mounts)\n"
    )
    load([course])
    html = pages_html(course=basics(), done=set(), site=lambda path: f"https://learn.example.org{path}")
    addresses = set(re.findall(r' (?:href|src)="([^"]*)"', html))
    assert {address for address in addresses if not address.startswith(("#", "data:"))} == {
        "https://learn.example.org/modules/fleets/flagship/",
        "https://example.org/",
    }
    assert {"#basics--start-read-on", "#basics--layers-union-mounts"} <= addresses
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {address[1:] for address in addresses if address.startswith("#")} <= set(ids)
    assert any(address.startswith("data:image/svg+xml;base64,") for address in addresses)
    for word in ("<script", "<template", "<link", "step-panel", "/static/"):
        assert word not in html
    assert "docker ps --all" in re.sub("<[^>]+>", "", html)


def test_every_page_of_the_curriculum_fits_in(curriculum: Module) -> None:
    everything = Course("All", "all", tuple(whole(module) for module in Module.objects.all()))
    html = pages_html(course=everything, done=set(), site=lambda path: f"https://learn.example.org{path}")
    ids = re.findall(r' id="([^"]+)"', html)
    inside = set(re.findall(r'href="#([^"]*)"', html))
    assert (len(ids), inside - set(ids)) == (len(set(ids)), set())
    assert re.findall(r' (?:href|src)="/[^"]*"', html) == []
    assert 'src="data:,"' not in html
    assert all(image.name for image in images_of(everything))


def takeout(*paths: str) -> Takeout:
    files = tuple(KeptFile(path, b"mine", executable=path.endswith(".sh")) for path in paths)
    left = (LeftOut("big\n.iso", "there was no room for its 700.0 MB"),)
    return Takeout("node1", (Transcript("Terminal 1", "$ docker ps\n"), Transcript("../../logs", "ü\n")), "docker ps\n", files, left)


def test_the_learners_work(bob: User, course: Path) -> None:
    work = Work("basics", (takeout("notes.txt", "bin/run.sh", "/etc/passwd", "../../evil", "NOTES.txt", "con", "a\\..\\b"),))
    with build(person=bob, course=basics(), work=[work], site=str) as file:
        files = unpacked(file.read())
        modes = {entry.filename: entry.external_attr >> 16 for entry in zipfile.ZipFile(file).infolist()}
    mine = "basics-pack/my-work/basics"
    assert sorted(name for name in files if "/my-work/" in name) == sorted(
        [
            f"{mine}/left-out.txt",
            f"{mine}/node1/commands.txt",
            *(
                f"{mine}/node1/files/{name}"
                for name in ("notes.txt", "NOTES (2).txt", "bin/run.sh", "etc/passwd", "evil", "_con", "a_.._b")
            ),
            f"{mine}/node1/terminals/.._.._logs.txt",
            f"{mine}/node1/terminals/Terminal 1.txt",
        ]
    )
    assert files[f"{mine}/left-out.txt"].decode() == "node1: big?.iso: there was no room for its 700.0 MB\n"
    assert (oct(modes[f"{mine}/node1/files/bin/run.sh"]), oct(modes[f"{mine}/node1/files/notes.txt"])) == ("0o100755", "0o100644")
    readme = files["basics-pack/README.txt"].decode()
    for words in ("my-work/basics/", "(7 files, 20 MB at most", "what your terminals showed (2)", "lists 1 entry"):
        assert words in readme


@given(st.text(max_size=300))
def test_no_name_leads_anywhere_else(path: str) -> None:
    parts = safe_path(path).split("/")
    assert all(part and part.strip(". ") and len(part) <= 100 for part in parts) or parts == ["_"]
    assert not {"..", ".", ""} & set(parts)
    assert not re.search(r'[\x00-\x1f<>:"|?*\\]', "".join(parts))
    "/".join(parts).encode()


def test_names() -> None:
    assert [safe_name(name) for name in ("..", "a/b", "x. ", "\udcff", "COM1.txt", ".bashrc")] == [
        "_",
        "a_b",
        "x",
        "_",
        "_COM1.txt",
        ".bashrc",
    ]
    names = Names()
    given_names = [names.free(path) for path in ("a", "A/b", "a/B", "a/b.tar.gz", "a/b.tar.gz/c", ".rc", ".RC", "a")]
    assert given_names == ["a", "A (2)/b", "a (2)/B (2)", "a (2)/b.tar.gz", "a (2)/b.tar.gz (2)/c", ".rc", ".RC (2)", "a (3)"]


def test_images_and_the_compose_file(course: Path, tmp_path: Path) -> None:
    assert [(image.name, image.public) for image in images_of(basics())] == [("busybox:1.37", "busybox:1.37")]
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "image.toml").write_text(
        'about = "tools"\nnames = ["busybox:musl", "drydock/x:1"]\npublic = "busybox:1.37-musl"\n'
    )
    known = described(tmp_path)
    assert known["busybox:musl"] == LabImage("busybox:musl", "busybox:1.37-musl", "tools")
    images = [known["busybox:musl"], LabImage("drydock/toolbox:1"), LabImage('odd"name')]
    assert "made for this workshop" in listing(images)
    services: dict[str, Any] = yaml.safe_load(compose(images))["services"]
    assert services["images"]["command"][-1:] == ["busybox:1.37-musl=busybox:musl"]
    assert "images" not in yaml.safe_load(compose([]))["services"]
    assert "None." in listing([])


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No file of this process may grow beyond the size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk(bob: User, course: Path) -> None:
    noise = Takeout("node1", (), "", (KeptFile("noise", os.urandom(300_000)),), ())
    with small_files(100_000), pytest.raises(PackFailed, match="There is no room on the server"):
        build(person=bob, course=basics(), work=[Work("basics", (noise,))], site=str)


async def test_it_is_sent_piece_by_piece(tmp_path: Path) -> None:
    (tmp_path / "pack").write_bytes(b"x" * 600_000)
    response = PackResponse((tmp_path / "pack").open("rb"))
    pieces: AsyncIterator[bytes] = aiter(response)
    assert [len(piece) async for piece in pieces] == [262_144, 262_144, 75_712]
    response.close()


# --- Its door ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"module": "basics", "agenda": str(uuid4())}, {"module": ""}])
def test_one_thing_is_named(fields: dict[str, str], bob: User, course: Path) -> None:
    client = signed_in(bob)
    assert (client.get("/learning/pack/", fields).status_code, client.post(FILE, fields).status_code) == (400, 400)


@pytest.mark.parametrize("fields", [{"module": "nothing"}, {"agenda": "nonsense"}, {"agenda": str(uuid4())}])
def test_something_that_is_not_there(fields: dict[str, str], bob: User, course: Path) -> None:
    client = signed_in(bob)
    assert (client.get("/learning/pack/", fields).status_code, client.post(FILE, fields).status_code) == (404, 404)


def test_strangers_methods_and_forgeries(client: Client, bob: User, course: Path) -> None:
    assert client.get("/learning/pack/?module=basics").headers["Location"] == "/accounts/login/?next=/learning/pack/%3Fmodule%3Dbasics"
    assert client.post(FILE, {"module": "basics"}).headers["Location"] == f"/accounts/login/?next={FILE}"
    assert signed_in(bob).post("/learning/pack/?module=basics").status_code == 405
    assert signed_in(bob).get(f"{FILE}?module=basics").status_code == 405
    assert signed_in(bob, csrf=True).post(FILE, {"module": "basics"}).status_code == 403


def test_an_agenda_is_for_those_who_may_read_it(alice: User, bob: User, carol: User, bobs_agenda: Agenda) -> None:
    path = f"/learning/pack/?agenda={bobs_agenda.pk}"
    assert [signed_in(person).get(path).status_code for person in (alice, bob, carol)] == [200, 200, 404]
    Agenda.objects.update(visibility=Visibility.PRIVATE)
    assert [signed_in(person).get(path).status_code for person in (alice, bob)] == [200, 404]
    assert signed_in(bob).post(FILE, {"agenda": str(bobs_agenda.pk)}).status_code == 404
    Agenda.objects.update(visibility=Visibility.PUBLIC)
    assert signed_in(carol).get(path).status_code == 200


def test_only_ones_own_sandbox_is_looked_at(bob: User, carol: User, course: Path, engine: Engine) -> None:
    request(owner=bob, purpose="basics")
    Sandbox.objects.update(state=State.READY)
    assert "Your work in the sandbox for Basics" in signed_in(bob).get("/learning/pack/?module=basics").content.decode()
    assert "Nothing of your own work" in signed_in(bob).get("/learning/pack/?module=fleets").content.decode()
    assert "Nothing of your own work" in signed_in(carol).get("/learning/pack/?module=basics").content.decode()
    assert len(fetched(signed_in(carol), module="basics")) == 4


def test_an_engine_that_does_not_answer(bob: User, course: Path, engine: Engine) -> None:
    request(owner=bob, purpose="basics")
    Sandbox.objects.update(state=State.READY)
    Engine.objects.update(url="unix:///nowhere/docker.sock")
    client = signed_in(bob)
    with override_settings(ENGINE_URL="unix:///nowhere/docker.sock"):
        response = client.post(FILE, {"module": "basics"})
        assert response.status_code == 503
        assert "The machine that runs your sandbox does not answer" in response.content.decode()
        assert "data-pack-without>" in response.content.decode()
        answer = client.post(FILE, {"module": "basics"}, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "engine-down")
        files = fetched(client, module="basics", without="sandbox")
    assert len(files) == 4
    assert "you chose to make the pack without" in files["basics-pack/README.txt"].decode()


def test_one_pack_at_a_time(bob: User, carol: User, course: Path) -> None:
    key = f"learning-pack:{bob.pk}"
    cache.set(key, 1, timeout=30)
    try:
        response = signed_in(bob).post(FILE, {"module": "basics"})
        assert response.status_code == 409
        assert "A pack of yours is being made already." in response.content.decode()
        assert len(fetched(signed_in(carol), module="basics")) == 4
    finally:
        cache.delete(key)
    assert len(fetched(signed_in(bob), module="basics")) == 4
    assert cache.get(key) is None


@override_settings(ROLE="web")
def test_the_part_without_engine_makes_none(bob: User, course: Path) -> None:
    assert signed_in(bob).get("/learning/pack/?module=basics").status_code == 200
    response = signed_in(bob).post(FILE, {"module": "basics"}, headers={"Accept": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "gateway")
