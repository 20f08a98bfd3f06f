"""Somebody at the keys of a sandbox: what proof and catch-up type goes through here."""

from contextlib import AsyncExitStack
from typing import Any

from asgiref.sync import sync_to_async

from sandboxes import services
from sandboxes.services import Typist


class Typists:
    """One for the first terminal of each instance that is asked for; all of them leave with the stack that was given."""

    def __init__(self, sandbox: Any, stack: AsyncExitStack) -> None:
        self._sandbox = sandbox
        self._stack = stack
        self._by_node: dict[str, Typist] = {}

    async def at(self, node: str) -> Typist:
        """Who types into an instance; the same one every time. Raises NotReady or EngineDown."""
        if node not in self._by_node:
            target = await sync_to_async(services.terminal_of)(sandbox=self._sandbox, node=node)
            self._by_node[node] = await self._stack.enter_async_context(services.open_typist(target))
        return self._by_node[node]

    async def transcripts(self) -> dict[str, str]:
        """All that the terminals show and have shown, by instance."""
        return {node: await typist.transcript() for node, typist in self._by_node.items()}
