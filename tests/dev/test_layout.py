"""What the environment asks for."""

from pathlib import Path

import pytest

from dev.console import Problem
from dev.layout import Address, Layout, read_address, with_system_path


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, Address("127.0.0.1", 8000)),
        ({"PORT": "8001"}, Address("127.0.0.1", 8001)),
        ({"DRYDOCK_ADDRESS": "0.0.0.0:80"}, Address("0.0.0.0", 80)),
        ({"DRYDOCK_ADDRESS": "0.0.0.0:80", "PORT": "81"}, Address("0.0.0.0", 81)),
        ({"DRYDOCK_ADDRESS": ":9000"}, Address("127.0.0.1", 9000)),
        ({"DRYDOCK_ADDRESS": "drydock.lan"}, Address("drydock.lan", 8000)),
        ({"DRYDOCK_ADDRESS": "[::1]:8443"}, Address("::1", 8443)),
        ({"DRYDOCK_ADDRESS": "[::1]"}, Address("::1", 8000)),
    ],
)
def test_address(env: dict[str, str], expected: Address) -> None:
    assert read_address(env) == expected


@pytest.mark.parametrize("port", ["eighty", "65536", "-1", "8 0"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(Problem, match=f"The port '{port}' is not a number"):
        read_address({"PORT": port})


def test_port_0_is_a_free_one() -> None:
    first, second = read_address({"PORT": "0"}), read_address({"PORT": "0"})
    assert 0 not in {first.port, second.port}


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 8000), "http://127.0.0.1:8000/"),
        (Address("0.0.0.0", 80), "http://127.0.0.1:80/"),
        (Address("::1", 8000), "http://[::1]:8000/"),
    ],
)
def test_url(address: Address, url: str) -> None:
    assert address.url == url


def test_folders_are_where_the_environment_says(tmp_path: Path) -> None:
    layout = Layout.read({"DRYDOCK_VAR": str(tmp_path / "data")})
    assert layout.var == tmp_path / "data"
    assert layout.log.is_dir()
    assert layout.run.is_dir()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match=f"The folder {tmp_path}/file cannot be written"):
        Layout.read({"DRYDOCK_VAR": str(tmp_path / "file")})


def test_system_folders_come_last_and_once() -> None:
    path = with_system_path({"PATH": "/opt/bin:/usr/bin:/bin"})["PATH"]
    assert path == "/opt/bin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin"
