"""Says hello, and how often it has: http://…:8000/. GREETING and REDIS_HOST come from the environment."""

import os
import signal
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = os.environ.get("GREETING", "Hello")
REDIS_HOST = os.environ.get("REDIS_HOST", "counter")


def count_visit() -> int:
    """One more visit; how many there were. Redis answers ``:42`` and a line's end. Raises OSError."""
    with socket.create_connection((REDIS_HOST, 6379), timeout=2) as connection:
        connection.sendall(b"INCR visits\r\n")
        answer = connection.recv(64)
    if not answer.startswith(b":"):
        raise OSError(f"Redis said {answer!r}")
    return int(answer[1:])


class Handler(BaseHTTPRequestHandler):
    """Answers every path."""

    def do_GET(self) -> None:
        """The greeting with the count, or 503 while there is no Redis."""
        try:
            status, text = 200, f"{GREETING} from {socket.gethostname()}, visit number {count_visit()}\n"
        except OSError as error:
            status, text = 503, f"The counter does not answer: {error}\n"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())


# The first process of a container ignores signals that it does not handle.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("", 8000), Handler).serve_forever()
