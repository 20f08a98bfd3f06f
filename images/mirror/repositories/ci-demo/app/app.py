"""Greets: http://…:8000/?name=Ada. VERSION, from the environment, is what was deployed."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def greeting(name: str, version: str) -> str:
    """What a visitor reads."""
    return f"Hello {name.strip() or 'world'}, this is version {version}\n"


class Handler(BaseHTTPRequestHandler):
    """Answers every path."""

    def do_GET(self) -> None:
        """The greeting."""
        name = parse_qs(urlsplit(self.path).query).get("name", [""])[0]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(greeting(name, os.environ.get("VERSION", "unknown")).encode())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", 8000), Handler).serve_forever()
