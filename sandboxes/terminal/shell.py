"""A viewer's place at a lasting shell: the commands that the instance's ``terminal`` script understands."""

import asyncio
import contextlib
import logging
import secrets

from sandboxes import streams
from sandboxes.access import TerminalTarget
from sandboxes.profiles import get_profile
from sandboxes.streams import EngineEndpoint, ShellStream, StreamError
from sandboxes.terminal.protocol import Search, Viewer

logger = logging.getLogger(__name__)

SCRIPT = "/usr/lib/drydock/terminal"
ENVIRONMENT = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}

# Keys of images/sandbox/rootfs/etc/drydock/tmux.conf that the server presses.
DETACH_KEY = b"\x1b[9000~"
LEAVE_HISTORY_KEY = b"\x1b[9005~"
PASTE_START = b"\x1b[200~"

LEAVE_TIMEOUT = 1.0
"""Seconds that a viewer's tmux gets to end by itself, and again after each attempt to end it."""
LEAVE_ATTEMPTS = 3


class Shell:
    """One terminal as one browser tab sees it, through its own tmux client, so that viewers never wait for each other."""

    def __init__(self, target: TerminalTarget, viewer: Viewer) -> None:
        self.target = target
        self.viewer = viewer
        # Tells this connection from a later one of the same tab, which may already have taken its place.
        self.connection = secrets.token_hex(6)

    async def attach(self) -> ShellStream:
        """Show the shell, starting it where there is none. Ends what an earlier connection of the tab has left.

        Raises EngineUnreachable or ContainerGone.
        """
        argv = self._argv("attach", self.target.session, self.viewer.token, self.connection)
        return await streams.open_shell(self._endpoint(), self.target.container, argv, self.viewer.cols, self.viewer.rows, ENVIRONMENT)

    async def fate(self) -> str:
        """Why the stream ended: ``replaced`` by a newer connection of the tab, shell still ``running``, or ``ended``.

        Raises StreamError, and TimeoutError where the instance does not answer.
        """
        status, output = await self._run("status", self.target.session, self.viewer.token, self.connection)
        word = output.decode(errors="replace").strip()
        if status == 0 and word in ("replaced", "running", "ended"):
            return word
        raise streams.EngineUnreachable(f"terminal status answers {status}: {word[:200]}")

    async def search(self, search: Search) -> bool:
        """Show the next place in the history that contains the text; False where there is none. Raises like ``fate``."""
        status, _ = await self._run("search", self.target.session, search.direction, search.text)
        return status == 0

    async def text(self, lines: int) -> str:
        """The last lines of the terminal, with its history, as plain text. Raises StreamError, and TimeoutError like ``fate``."""
        status, output = await self._run("text", self.target.session, str(lines))
        return output.decode(errors="replace").rstrip() if status == 0 else ""

    async def close(self) -> None:
        """End the shell and what runs in it. Raises StreamError, and TimeoutError like ``fate``."""
        await self._run("close", self.target.session)

    async def leave(self, stream: ShellStream) -> None:
        """End this viewer's tmux client and close the stream; the shell lives on. Never raises, takes some seconds at most."""
        try:
            stream.resume()
            stream.write(DETACH_KEY)
            if not await _ends(stream):
                await self._end_client(stream)
        except (StreamError, TimeoutError) as error:
            logger.info("A viewer of %s could not be ended: %s", self.target.session, str(error) or "no answer in time")
        finally:
            stream.close()

    async def _end_client(self, stream: ShellStream) -> None:
        for _ in range(LEAVE_ATTEMPTS):
            await self._run("detach", self.viewer.token, self.connection)
            if await _ends(stream) or not await stream.running():
                return
        logger.warning("A viewer of %s is still there after %d attempts to end it", self.target.session, LEAVE_ATTEMPTS)

    async def _run(self, *words: str) -> tuple[int, bytes]:
        return await streams.run(self._endpoint(), self.target.container, self._argv(*words), timeout=10)

    def _argv(self, *words: str) -> list[str]:
        return get_profile(self.target.profile).enter([SCRIPT, *words])

    def _endpoint(self) -> EngineEndpoint:
        return EngineEndpoint.from_url(self.target.engine_url)


async def _ends(stream: ShellStream) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LEAVE_TIMEOUT):
            while await stream.read():
                pass
    return stream.ended


def typed(data: bytes) -> bytes:
    """What to write for bytes of the client: tmux drops a paste while it shows its history, so that is left first."""
    return LEAVE_HISTORY_KEY + data if data.startswith(PASTE_START) else data
