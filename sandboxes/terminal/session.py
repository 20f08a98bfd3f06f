"""One open connection to a terminal: both byte streams, control frames, and the checks that it may go on."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from django.db import Error as DatabaseError

from sandboxes.access import Refused, TerminalTarget
from sandboxes.streams import ContainerGone, ShellStream, StreamError
from sandboxes.subscription import subscribe
from sandboxes.terminal import protocol
from sandboxes.terminal.flow import Backoff, CreditWindow, Errand, Pacer
from sandboxes.terminal.protocol import Acknowledge, BadFrame, Close, Ping, Resize, Search, Viewer
from sandboxes.terminal.shell import Shell, typed

logger = logging.getLogger(__name__)

CHECK_EVERY = 30.0
"""Seconds after which access is checked again without news, as news may be lost."""
RESIZE_EVERY = 0.1
"""Seconds between two changes of size."""
INPUT_TIMEOUT = 30.0
"""Seconds that a shell may take to accept input before the connection is given up."""
NEW_SHELL = "The shell ended. This is a new one."
REPLACED = "This terminal was opened again by the same tab elsewhere. Reload to have it here."
UNREACHABLE = "The machine that runs this sandbox does not answer. Trying again."
RESTARTING = "The sandbox is not running at the moment. Trying again."

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Check = Callable[[], Awaitable[TerminalTarget]]


class TerminalSession:
    """Pumps bytes between a WebSocket and a shell until the client leaves or something refuses to go on.

    Memory is bounded both ways: output waits in the engine once the client is a window behind, and no more is received
    from a client while the shell does not take what it sent.
    """

    def __init__(self, target: TerminalTarget, viewer: Viewer, receive: Receive, send: Send, check: Check) -> None:
        self._shell = Shell(target, viewer)
        self._receive = receive
        self._send = send
        self._check = check
        self._credit = CreditWindow(protocol.WINDOW)
        self._resize = Errand(self._apply_size, RESIZE_EVERY)
        self._search = Errand(self._show_match, 0)
        self._stream: ShellStream | None = None

    async def run(self) -> None:
        """Return when the client has left; raise Refused or BadFrame when the server ends it. The shell lives on."""
        try:
            self._stream = await self._attach()
            await self._send({"type": "websocket.send", "text": protocol.ready()})
            await _first(self._receive_input(), self._send_output(), self._keep_checking())
        finally:
            self._resize.cancel()
            self._search.cancel()
            if self._stream is not None:
                await self._shell.leave(self._stream)

    # -- from the client

    async def _receive_input(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            if data := message.get("bytes"):
                await self._type(data)
            elif (text := message.get("text")) is not None:
                await self._obey(text)

    async def _type(self, data: bytes) -> None:
        if len(data) > protocol.INPUT_LIMIT:
            raise BadFrame(f"A binary frame has at most {protocol.INPUT_LIMIT} bytes.")
        assert self._stream is not None
        self._stream.write(typed(data))
        try:
            async with asyncio.timeout(INPUT_TIMEOUT):
                await self._stream.drain()
        except TimeoutError:
            raise Refused(Close.UNREACHABLE, "The shell takes no input. Trying again.", retry=True) from None

    async def _obey(self, text: str) -> None:
        frame = protocol.parse_control(text)
        if isinstance(frame, Acknowledge):
            if not self._credit.acknowledge(frame.offset):
                raise BadFrame(f"offset {frame.offset} was never sent.")
        elif isinstance(frame, Resize):
            self._resize.do(frame)
        elif isinstance(frame, Search):
            self._search.do(frame)
        elif isinstance(frame, Ping):
            await self._send({"type": "websocket.send", "text": protocol.pong()})

    async def _apply_size(self, size: Resize) -> None:
        viewer = self._shell.viewer
        self._shell.viewer = Viewer(viewer.token, size.cols, size.rows)
        if self._stream is not None:
            with contextlib.suppress(StreamError):
                await self._stream.resize(size.cols, size.rows)

    async def _show_match(self, search: Search) -> None:
        try:
            found = await self._shell.search(search)
        except (StreamError, TimeoutError):
            found = False
        if not found:
            # Nobody waits for an errand: a client that has left meanwhile is no fault.
            with contextlib.suppress(OSError):
                await self._notice(f"“{search.text}” was not found.")

    # -- to the client

    async def _send_output(self) -> None:
        restarts = Backoff(0.5, 15.0)
        while True:
            assert self._stream is not None
            await self._pump(self._stream)
            self._stream.close()
            fate = await self._fate()
            await asyncio.sleep(restarts.wait(asyncio.get_running_loop().time()))
            self._stream = await self._attach()
            if fate == "ended":
                await self._notice(NEW_SHELL)

    async def _pump(self, stream: ShellStream) -> None:
        loop, credit, pacer = asyncio.get_running_loop(), self._credit, Pacer()
        while True:
            await credit.wait()
            data = await stream.read(credit.available)
            if not data:
                return
            credit.spend(len(data))
            await self._send({"type": "websocket.send", "bytes": data})
            if rest := pacer.rest(loop.time()):
                stream.pause()
                await asyncio.sleep(rest)
                stream.resume()

    async def _notice(self, sentence: str) -> None:
        await self._send({"type": "websocket.send", "text": protocol.notice(sentence)})

    # -- whether it goes on

    async def _attach(self) -> ShellStream:
        with _as_refusal():
            return await self._shell.attach()

    async def _fate(self) -> str:
        # Who may no longer be here is told so; only then does it matter what became of the shell.
        self._shell.target = await self._check()
        with _as_refusal():
            fate = await self._shell.fate()
        if fate == "replaced":
            raise Refused(Close.REPLACED, REPLACED)
        return fate

    async def _keep_checking(self) -> None:
        async with subscribe(self._shell.target.group) as news:
            while True:
                with contextlib.suppress(TimeoutError):
                    # Not all at the same moment after a restart of the server.
                    async with asyncio.timeout(CHECK_EVERY * random.uniform(0.8, 1.2)):  # noqa: S311 -- no secret
                        await news.get()
                try:
                    await self._check()
                except (DatabaseError, OSError) as error:
                    # Nobody's rights change while the database is away; ending every terminal would be the worse fault.
                    logger.warning("Access to %s could not be checked again: %s", self._shell.target.session, error)


@contextlib.contextmanager
def _as_refusal() -> Iterator[None]:
    try:
        yield
    except ContainerGone as error:
        logger.info("%s", error)
        raise Refused(Close.NOT_READY, RESTARTING, retry=True) from error
    except (StreamError, TimeoutError) as error:
        logger.warning("%s", str(error) or "The instance does not answer in time")
        raise Refused(Close.UNREACHABLE, UNREACHABLE, retry=True) from error


async def _first(*jobs: Coroutine[Any, Any, None]) -> None:
    """Run them side by side until the first ends, and end as it did; the others are cancelled and waited for."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
