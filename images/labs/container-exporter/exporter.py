"""Metrics of every container of a Docker host, in Prometheus' text format, at http://…:9417/metrics.

Reads the engine's API over its socket (DOCKER_SOCK, which is mapped into the container).
"""

import http.client
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
PORT = 9417
TIMEOUT = 10
TYPES = {
    "container_up": "gauge",
    "container_restarts_total": "counter",
    "container_cpu_seconds_total": "counter",
    "container_memory_usage_bytes": "gauge",
    "container_memory_limit_bytes": "gauge",
    "container_network_receive_bytes_total": "counter",
    "container_network_transmit_bytes_total": "counter",
}


class Engine(http.client.HTTPConnection):
    """A connection to the engine's socket."""

    def __init__(self) -> None:
        super().__init__("localhost", timeout=TIMEOUT)

    def connect(self) -> None:
        """In place of a TCP connection."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(SOCKET)


def ask(path: str) -> Any:
    """What the engine answers. Raises OSError."""
    engine = Engine()
    try:
        engine.request("GET", path)
        response = engine.getresponse()
        body = response.read()
    finally:
        engine.close()
    if response.status != 200:
        raise OSError(f"{path}: status {response.status}")
    return json.loads(body)


def escaped(value: object) -> str:
    """As a label's value is written."""
    return str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def measures(container: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Name and value of each metric of one container."""
    running = container["State"] == "running"
    yield "container_up", int(running)
    yield "container_restarts_total", ask(f"/containers/{container['Id']}/json").get("RestartCount", 0)
    if not running:
        return
    stats = ask(f"/containers/{container['Id']}/stats?stream=false&one-shot=true")
    memory = stats.get("memory_stats", {})
    networks = (stats.get("networks") or {}).values()
    yield "container_cpu_seconds_total", stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
    yield "container_memory_usage_bytes", memory.get("usage", 0)
    yield "container_memory_limit_bytes", memory.get("limit", 0)
    yield "container_network_receive_bytes_total", sum(network["rx_bytes"] for network in networks)
    yield "container_network_transmit_bytes_total", sum(network["tx_bytes"] for network in networks)


def lines(container: dict[str, Any]) -> list[str]:
    """The metrics of one container; none when it went away meanwhile."""
    labels = f'name="{escaped(container["Names"][0].lstrip("/"))}",image="{escaped(container["Image"])}"'
    try:
        return [f"{name}{{{labels}}} {value}" for name, value in measures(container)]
    except (OSError, KeyError):
        return []


def page() -> str:
    """The whole page. Raises OSError where the engine does not answer."""
    text = [f"# TYPE {name} {kind}" for name, kind in TYPES.items()]
    with ThreadPoolExecutor(8) as pool:
        for part in pool.map(lines, ask("/containers/json?all=true")):
            text += part
    return "\n".join(text) + "\n"


class Handler(BaseHTTPRequestHandler):
    """Answers /metrics."""

    def do_GET(self) -> None:
        """One page, or 503 with the reason."""
        if self.path != "/metrics":
            self.send_error(404)
            return
        try:
            body, status = page(), 200
        except OSError as error:
            body, status = f"{error}\n", 503
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """A line for each scrape would bury what matters."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()
