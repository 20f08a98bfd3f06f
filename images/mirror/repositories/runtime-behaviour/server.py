"""Tells what happens to it: http://…:8000/, /health, /sick and /crash."""

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

healthy = threading.Event()
healthy.set()


def say(text: str) -> None:
    """One line of the log, with the number of this process."""
    print(f"process {os.getpid()}: {text}", flush=True)


def on_signal(number: int, _: FrameType | None) -> None:
    """Finish in order."""
    say(f"{signal.Signals(number).name} received, good-bye")
    sys.exit(0)


class Handler(BaseHTTPRequestHandler):
    """Answers the four paths."""

    def do_GET(self) -> None:
        """See the module."""
        status, text = 200, f"process {os.getpid()} of this container\n"
        if self.path == "/sick":
            healthy.clear()
            text = "feeling sick from now on\n"
        elif self.path == "/health" and not healthy.is_set():
            status, text = 503, "sick\n"
        elif self.path == "/crash":
            say("crashing, as asked")
            os._exit(3)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """A health check every two seconds would bury the rest."""


signal.signal(signal.SIGTERM, on_signal)
signal.signal(signal.SIGINT, on_signal)
say("started")
ThreadingHTTPServer(("", 8000), Handler).serve_forever()
