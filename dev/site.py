"""Preparing the site itself: secret, database, curriculum, accounts, static files."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev.command import run_logged
from dev.console import Progress
from dev.fingerprint import Stamp, files_below, fingerprint
from dev.layout import Address, Layout

_SOURCES = ("workshop", "labs", "sandboxes")


def site_env(layout: Layout, env: Mapping[str, str], address: Address, redis_url: str) -> dict[str, str]:
    """The environment of every process of this installation; what the person has set wins."""
    chosen = {
        **env,
        "PATH": f"{layout.bin}{os.pathsep}{env.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "DRYDOCK_VAR": str(layout.var),
        "DRYDOCK_ADDRESS": address.text,
        "REDIS_URL": redis_url,
        "DATABASE_URL": env.get("DATABASE_URL") or f"sqlite:///{layout.var / 'drydock.sqlite3'}",
    }
    if not (env.get("DRYDOCK_SECRET_KEY") or env.get("DRYDOCK_SECRET_KEY_FILE")):
        chosen["DRYDOCK_SECRET_KEY_FILE"] = str(ensure_secret_key(layout.secret_key))
    return chosen


def ensure_secret_key(path: Path) -> Path:
    """A file with a random key that only its owner can read; made once."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
    return path


class _Manage:
    """Management commands, as one step that is skipped while its inputs stay the same."""

    title = ""

    def __init__(self, layout: Layout, env: Mapping[str, str]) -> None:
        self._layout = layout
        self._env = env
        self._stamp = Stamp(layout.var / "stamps" / self.title.lower().replace(" ", "-"))

    def done(self) -> bool:
        """Whether the inputs are those of the last run."""
        return self._stamp.holds(self._value())

    def run(self, progress: Progress) -> None:
        """Run the commands in order."""
        self._stamp.clear()
        for words, problem in self._commands():
            run_logged(
                [self._layout.python, self._layout.root / "manage.py", *words],
                problem=problem,
                log=self._layout.log / "site.log",
                progress=progress,
                env=self._env,
                cwd=self._layout.root,
                # It prints the passwords, and logs are for everybody's eyes.
                secret=words[0] == "createaccounts",
            )
        self._stamp.write(self._value())

    def _commands(self) -> Sequence[tuple[Sequence[str], str]]:
        raise NotImplementedError

    def _value(self) -> str:
        raise NotImplementedError


class Database(_Manage):
    """Tables, curriculum and the first accounts.

    For a SQLite file the step is skipped while code and content stay the same; nobody but this checkout
    changes that file. Another database server may have been changed behind our back, so there it always runs.
    """

    title = "Database"

    def done(self) -> bool:
        """As above, and only for a file that is there."""
        return self._file() is not None and super().done()

    def _file(self) -> Path | None:
        path = Path(self._env["DATABASE_URL"].removeprefix("sqlite:///"))
        return path if self._env["DATABASE_URL"].startswith("sqlite:///") and path.exists() else None

    def _commands(self) -> Sequence[tuple[Sequence[str], str]]:
        return (
            (("migrate", "--no-input"), "The database could not be prepared"),
            (("loadcontent",), "The curriculum could not be loaded"),
            (("createaccounts", "--file", str(self._layout.accounts)), "The first accounts could not be created"),
        )

    def _value(self) -> str:
        root = self._layout.root
        sources = [path for name in _SOURCES for path in files_below(root / name) if path.suffix == ".py"]
        content = [path for folder in self._content() for path in files_below(folder)]
        listed = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in content]
        file = self._file()
        # The inode tells a new file apart from the one that was prepared.
        words = [self._env["DATABASE_URL"], str(file.stat().st_ino if file else None), *listed]
        return fingerprint([*sources, root / "requirements.lock"], *words, base=root)

    def _content(self) -> list[Path]:
        chosen = self._env.get("DRYDOCK_CONTENT", "").replace(",", " ").split()
        return [Path(folder) for folder in chosen] or [self._layout.root / "content"]


class StaticFiles(_Manage):
    """What the web server sends as it is: the bundle and the pictures, compressed and with hashed names."""

    title = "Static files"

    def done(self) -> bool:
        """As above, and only while the result is there."""
        return (self._layout.var / "static" / "staticfiles.json").exists() and super().done()

    def _commands(self) -> Sequence[tuple[Sequence[str], str]]:
        return ((("collectstatic", "--no-input", "--clear"), "The static files could not be collected"),)

    def _value(self) -> str:
        root = self._layout.root
        files = files_below(root / "static")
        settings = [root / "requirements.lock", root / "workshop" / "settings.py"]
        return fingerprint([*files, *settings], base=root)


def health_sentences(answer: str) -> list[str]:
    """What /health/ complains about, one line for each part that is not well."""
    try:
        parts = json.loads(answer)
    except ValueError:
        return [f"the answer was no health report: {answer[:200]!r}"]
    if not isinstance(parts, dict):
        return [f"the answer was no health report: {answer[:200]!r}"]
    wrong = {name: part for name, part in parts.items() if isinstance(part, dict) and not part.get("ok")}
    return [f"{name}: {part.get('message') or 'not well'}" for name, part in wrong.items()]
