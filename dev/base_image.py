"""The base image ``debian:trixie-slim``: pulled, or where no registry answers built from distribution packages."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker.errors import DockerException, ImageNotFound
from requests.exceptions import RequestException

from dev.console import Problem
from dev.image_inputs import BASE
from dev.layout import ROOT

_SUITE = "trixie"
_SILENCE = 8  # seconds without a byte after which a registry counts as out of reach
# What the public slim image leaves out too: nobody reads manuals in a container.
_NOT_IN_SLIM = ("doc", "doc-base", "info", "linda", "lintian", "locale", "man", "groff")
_NEVER_SHIPPED = ("var/cache/apt/archives", "var/lib/apt/lists", "var/log", "var/cache/debconf", "var/cache/ldconfig")

Say = Callable[[str], None]


def ensure_base(client: docker.DockerClient, say: Say) -> str:
    """The id of the base image; made when the engine has none of this name. Raises Problem."""
    try:
        return _image_id(client)
    except ImageNotFound:
        pass
    reason = _pull(say)
    if reason:
        say(f"{BASE}: no registry within reach ({reason}); building it from distribution packages")
        _bootstrap(client, say, reason)
    return _image_id(client)


def _image_id(client: docker.DockerClient) -> str:
    return str(client.images.get(BASE).id)


def _pull(say: Say) -> str:
    """Pull it; returns why that was not possible, or an empty string."""
    say(f"{BASE}: pulling")
    repository, tag = BASE.split(":")
    # A client of its own: its time limit is for each byte, so a slow pull may take as long as it moves.
    patience = docker.from_env(timeout=_SILENCE)
    try:
        for event in patience.api.pull(repository, tag=tag, stream=True, decode=True):
            if "error" in event:
                return " ".join(str(event["error"]).split())[:200]
            say(f"{BASE}: {event.get('status', '')} {event.get('progress', '')}")
    except (DockerException, RequestException) as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    finally:
        patience.close()
    return ""


def _bootstrap(client: docker.DockerClient, say: Say, reason: str) -> None:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise Problem(
            f"{BASE} could not be pulled ({reason}), and building it from packages needs root and debootstrap: run `sudo make images` once."
        )
    work = ROOT / "var" / "base"
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="root-", dir=work))
    try:
        debian, security = _mirrors()
        _debootstrap(folder, debian, say)
        slim(folder)
        _write_sources(folder, security)
        say(f"{BASE}: importing")
        with tempfile.TemporaryFile(dir=work) as archive:
            with tarfile.open(fileobj=archive, mode="w") as tar:
                tar.add(folder, ".")
            archive.seek(0)
            repository, tag = BASE.split(":")
            client.api.import_image_from_data(archive, repository=repository, tag=tag, changes=['CMD ["bash"]'])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _mirrors() -> tuple[str | None, str | None]:
    """Where this machine gets Debian and Debian's security updates; None where it does not say (or is no Debian)."""
    try:
        lines = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.splitlines()
    except OSError:
        return None, None
    found: dict[str, str] = {}
    for line in lines:
        label, _, uri = line.partition(" ")
        if urlsplit(uri).scheme in {"http", "https"}:
            found.setdefault(label, uri.rstrip("/"))
    return found.get("Debian"), found.get("Debian-Security")


def _debootstrap(folder: Path, mirror: str | None, say: Say) -> None:
    argv = ["debootstrap", "--variant=minbase", _SUITE, str(folder), *([mirror] if mirror else [])]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        last = ""
        for line in process.stdout:
            last = line.strip()
            say(f"{BASE}: {last}")
    if process.returncode:
        raise Problem(f"{BASE} could not be built from distribution packages: {last}")


def slim(folder: Path) -> None:
    """Take out what the public slim image does not have, and keep later packages from bringing it back."""
    share = folder / "usr" / "share"
    for name in _NOT_IN_SLIM:
        for path in list(_leaves(share / name)):
            # Licences stay: the copyright file is a condition of redistribution.
            if path.name != "copyright":
                path.unlink()
    for name in _NEVER_SHIPPED:
        for path in list(_leaves(folder / name)):
            path.unlink()
    excludes = [f"path-exclude /usr/share/{name}/*" for name in _NOT_IN_SLIM]
    _write(folder / "etc/dpkg/dpkg.cfg.d/docker", *excludes, "path-include /usr/share/doc/*/copyright")
    _write(
        folder / "etc/apt/apt.conf.d/docker-clean",
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };',
        'Dir::Cache::pkgcache "";',
        'Dir::Cache::srcpkgcache "";',
        'Acquire::Languages "none";',
        'Acquire::GzipIndexes "true";',
    )
    # No service may start while packages are installed in a build.
    policy = folder / "usr/sbin/policy-rc.d"
    _write(policy, "#!/bin/sh", "exit 101")
    policy.chmod(0o755)
    for name in ("etc/hostname", "etc/resolv.conf"):
        (folder / name).unlink(missing_ok=True)


def _leaves(folder: Path) -> Iterator[Path]:
    """Everything below a folder that is no folder itself."""
    for top, folders, files in os.walk(folder):
        yield from (Path(top) / name for name in files)
        yield from (Path(top) / name for name in folders if (Path(top) / name).is_symlink())


def _write_sources(folder: Path, security: str | None) -> None:
    """Updates from where debootstrap took the packages, security updates from where this machine takes its own."""
    sources = folder / "etc/apt/sources.list"
    _, mirror, *_ = sources.read_text(encoding="ascii").split()
    lines = [f"deb {mirror} {suite} main" for suite in (_SUITE, f"{_SUITE}-updates")]
    if security:
        lines.append(f"deb {security} {_SUITE}-security main")
    _write(sources, *lines)


def _write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
