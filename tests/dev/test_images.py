"""Archives of lab images, from a real engine."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from dev.archives import save_as
from dev.base_image import slim
from dev.image_inputs import Image

TAG = "drydock-test/tiny:latest"


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("hello"), None)
    client.api.import_image_from_data(layer.getvalue(), *TAG.split(":"))
    yield client
    client.images.remove(TAG, force=True)
    client.close()


@pytest.mark.docker
def test_an_archive_names_the_image_as_learners_know_it(engine: docker.DockerClient) -> None:
    image_id = engine.images.get(TAG).id
    archive = io.BytesIO()
    save_as(engine, Image(TAG, Path(), names=("drydock-test/known-as:latest",)), archive)
    with tarfile.open(fileobj=io.BytesIO(archive.getvalue())) as tar:
        (part,) = json.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]
        assert part["RepoTags"] == ["drydock-test/known-as:latest"]
        assert {part["Config"], *part["Layers"]} <= set(tar.getnames())
    (loaded,) = engine.images.load(archive.getvalue())
    try:
        assert loaded.id == image_id
        assert "drydock-test/known-as:latest" in loaded.tags
        assert not any("busybox" in tag for tag in loaded.tags)
    finally:
        engine.images.remove("drydock-test/known-as:latest")


@pytest.mark.docker
def test_an_archive_for_another_platform_says_so(engine: docker.DockerClient) -> None:
    archive = io.BytesIO()
    save_as(engine, Image(TAG, Path(), names=("drydock-test/known-as:arm64",), platform="arm64"), archive)
    with tarfile.open(fileobj=io.BytesIO(archive.getvalue())) as tar:
        (part,) = json.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]
        config = json.loads(tar.extractfile(part["Config"]).read())  # type: ignore[union-attr]
    assert (config["os"], config["architecture"]) == ("linux", "arm64")


def test_a_slim_system_has_no_manuals_but_keeps_licences(tmp_path: Path) -> None:
    for name in ("usr/share/doc/bash/README", "usr/share/doc/bash/copyright", "usr/share/man/man1/ls.1.gz", "usr/bin/ls"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    for name in ("var/cache/apt/archives/a.deb", "etc/hostname", "usr/sbin/chroot"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    slim(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {
        "usr/share/doc/bash/copyright",
        "usr/bin/ls",
        "usr/sbin/chroot",
        "usr/sbin/policy-rc.d",
        "etc/dpkg/dpkg.cfg.d/docker",
        "etc/apt/apt.conf.d/docker-clean",
    }
    assert (tmp_path / "usr/sbin/policy-rc.d").stat().st_mode & 0o111
