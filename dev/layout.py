"""Where things are, and what the person asked for through the environment."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.console import Problem

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the site listens."""

    host: str
    port: int

    @property
    def text(self) -> str:
        """``host:port``, as DRYDOCK_ADDRESS takes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        everywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        return f"http://{Address('127.0.0.1', self.port).text if everywhere else self.text}/"


def read_address(env: Mapping[str, str]) -> Address:
    """DRYDOCK_ADDRESS (``host:port``, ``host`` or ``:port``) with PORT in place of its port; port 0 is a free one."""
    text = env.get("DRYDOCK_ADDRESS") or "127.0.0.1:8000"
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, "8000"
    port = env.get("PORT") or port
    if not port.isdecimal() or int(port) > 65535:
        raise Problem(f"The port {port!r} is not a number from 0 to 65535: mend PORT or DRYDOCK_ADDRESS.")
    host = host.strip("[]") or "127.0.0.1"
    return Address(host, int(port) or free_port(host))


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that nothing listened on a moment ago."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one installation. ``var`` is its own; everything else belongs to the checkout."""

    root: Path
    var: Path

    @classmethod
    def read(cls, env: Mapping[str, str]) -> "Layout":
        """``var/`` of the checkout, or the folder that DRYDOCK_VAR names; log/ and run/ in it are made."""
        layout = cls(ROOT, Path(env.get("DRYDOCK_VAR") or ROOT / "var").resolve())
        try:
            for folder in (layout.log, layout.run):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(f"The folder {layout.var} cannot be written ({error.strerror}).") from error
        return layout

    @property
    def log(self) -> Path:
        """What services and commands say."""
        return self.var / "log"

    @property
    def run(self) -> Path:
        """Pid files, and the address while the site is reachable."""
        return self.var / "run"

    @property
    def stamps(self) -> Path:
        """What was last built in this checkout; the same for every ``var``."""
        return self.root / "var" / "stamps"

    @property
    def bin(self) -> Path:
        """The virtual environment's programs."""
        return self.root / ".venv" / "bin"

    @property
    def python(self) -> Path:
        """The virtual environment's interpreter."""
        return self.bin / "python"

    @property
    def accounts(self) -> Path:
        """Where the first accounts' passwords are kept."""
        return self.var / "accounts.txt"

    @property
    def secret_key(self) -> Path:
        """Where the site's secret is kept."""
        return self.var / "secret-key"


def with_system_path(env: Mapping[str, str]) -> dict[str, str]:
    """The environment with sbin folders on PATH: a plain user's PATH on Debian lacks dockerd and iptables."""
    present = env.get("PATH", "").split(os.pathsep)
    missing = [folder for folder in SYSTEM_PATH.split(":") if folder not in present]
    return {**env, "PATH": os.pathsep.join([*filter(None, present), *missing])}
