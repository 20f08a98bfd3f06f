"""Types into a lasting terminal as the page's script does, and looks at the screen as a learner would: for the proof.

The waits are those of static/js/terminal/runner.js. One thing is stricter: a prompt counts only once something has
come since the last Enter and nothing more comes for a moment, because here a judgement follows and not a person.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence

from sandboxes.access import TerminalTarget
from sandboxes.errors import EngineDown, NotReady
from sandboxes.keystroke import Keystroke, looks_like_prompt
from sandboxes.screen import TerminalScreen
from sandboxes.streams import ContainerGone, ShellStream, StreamError
from sandboxes.terminal.protocol import Viewer
from sandboxes.terminal.shell import LEAVE_HISTORY_KEY, Shell, typed

COLS, ROWS = 110, 32
LOOK_EVERY = 0.06
ECHO = 0.25
"""Seconds after Enter until the old prompt has surely gone from before the cursor."""
SETTLED = 0.15
"""Seconds without output after which what stands on the screen is not half of something."""
SHOW = 2.5
"""Seconds that a program runs before a key such as ^C ends it."""
FIRST_PROMPT = 3.0
NEW_SHELL = 20.0
PROMPT = 60.0
"""Seconds that a click waits for a prompt between two lines, before it types the next one anyway."""


class NoPrompt(Exception):
    """The terminal waits for nothing yet: what was typed has not ended in its time."""


class Typist:
    """A terminal with somebody at the keys. Get one from ``open_typist``; not for two tasks at a time."""

    def __init__(self, target: TerminalTarget) -> None:
        self._target = target
        self._shell: Shell
        self._stream: ShellStream
        self._reader: asyncio.Task[None]
        self._screen = TerminalScreen(COLS, ROWS)
        self._came = 0
        self._came_at = 0.0

    # -- what it does

    async def type(self, keystrokes: Sequence[Keystroke], *, interrupt: bool = False, seconds: float, stays: float = 0) -> bool:
        """Type a block and wait until the terminal waits for the next; True where it does.

        ``interrupt`` presses ^C first. ``stays`` is for a block that is meant to leave a program in the foreground: the
        seconds after which that is taken for granted, and False returned. Raises NoPrompt after ``seconds`` otherwise,
        NotReady or EngineDown where the terminal is gone.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._type(keystrokes, interrupt, stays)
        except TimeoutError:
            raise NoPrompt(f"No prompt within {seconds:g} s.") from None

    async def _type(self, keystrokes: Sequence[Keystroke], interrupt: bool, stays: float) -> bool:
        self._write(LEAVE_HISTORY_KEY)
        if interrupt:
            await self._interrupt()
        for number, keystroke in enumerate(keystrokes):
            if number:
                await self._before(keystroke)
            self._came = 0
            if keystroke.kind == "paste":
                self._paste(keystroke.text)
            else:
                self._write(keystroke.text.encode())
            if keystroke.kind != "keys":
                self._write(b"\r")
        return await self._prompt(stays or None)

    async def _before(self, keystroke: Keystroke) -> None:
        if keystroke.kind == "keys":
            await asyncio.sleep(SHOW)
        else:
            await self._prompt(PROMPT)

    async def _interrupt(self) -> None:
        self._came = 0
        self._write(b"\x03")
        await self._prompt(FIRST_PROMPT)

    def _paste(self, text: str) -> None:
        data = text.replace("\r\n", "\n").replace("\n", "\r").encode()
        if self._screen.brackets_pastes:
            # As xterm.js does: an end mark inside the text must not end the paste.
            data = b"\x1b[200~" + data.replace(b"\x1b", b"") + b"\x1b[201~"
        self._write(typed(data))

    def _write(self, data: bytes) -> None:
        if self._stream.ended:
            raise NotReady("The terminal has ended: what was typed before may have ended its shell or its sandbox.")
        self._stream.write(data)

    async def _prompt(self, within: float | None) -> bool:
        """Wait for a prompt that stays; False after ``within`` seconds without one. A shell that has exited is followed by a new one."""
        loop = asyncio.get_running_loop()
        limit = loop.time() + within if within is not None else float("inf")
        await asyncio.sleep(ECHO)
        while not self.waits:
            if self._stream.ended:
                await self._leave()
                await self._attach()
                return True
            if loop.time() > limit:
                return False
            await asyncio.sleep(LOOK_EVERY)
        return True

    async def give_up(self) -> bool:
        """End what hangs: ^C, and where that does not help a new shell in place of the old one. True where ^C helped."""
        with contextlib.suppress(NotReady):
            await self._interrupt()
            if self.waits:
                return True
        await self._end_shell()
        await self._leave()
        await self._attach()
        return False

    # -- what it sees

    @property
    def waits(self) -> bool:
        """Whether a prompt stands before the cursor, and has for a moment."""
        still = asyncio.get_running_loop().time() - self._came_at
        return self._came > 0 and still >= SETTLED and looks_like_prompt(self._screen.before_cursor)

    @property
    def screen(self) -> str:
        """The text on the screen, without blanks at the ends of lines and empty lines around."""
        return self._screen.text

    async def transcript(self, lines: int = 2000) -> str:
        """The last lines of the terminal with its history. Empty where the terminal is gone."""
        try:
            return await self._shell.text(lines)
        except (StreamError, TimeoutError):
            return ""

    # -- coming and going

    async def _attach(self) -> None:
        self._screen.reset()
        self._shell = Shell(self._target, Viewer(f"typist-{secrets.token_hex(6)}", COLS, ROWS))
        try:
            self._stream = await self._shell.attach()
        except ContainerGone as error:
            raise NotReady("The sandbox is not running any more.", detail=str(error)) from error
        except StreamError as error:
            raise EngineDown("The machine that runs the sandbox does not answer.", detail=str(error)) from error
        self._came = 0
        self._reader = asyncio.create_task(self._read(self._stream))
        # A shell that is still starting would echo what is typed now twice.
        await self._prompt(NEW_SHELL)

    async def _read(self, stream: ShellStream) -> None:
        while data := await stream.read():
            self._screen.feed(data)
            self._came += len(data)
            self._came_at = asyncio.get_running_loop().time()

    async def _end_shell(self) -> None:
        with contextlib.suppress(StreamError, TimeoutError):
            await self._shell.close()

    async def _leave(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._shell.leave(self._stream)


@contextlib.asynccontextmanager
async def open_typist(target: TerminalTarget) -> AsyncIterator[Typist]:
    """Somebody at the keys of a terminal, who leaves at the end; the shell lives on. Raises NotReady or EngineDown."""
    typist = Typist(target)
    await typist._attach()
    try:
        yield typist
    finally:
        await typist._leave()
