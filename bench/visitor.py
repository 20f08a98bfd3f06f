"""A learner at the product's own doors: signs in, starts a sandbox, opens terminals. Nothing behind the doors is touched."""

import asyncio
import json
import re
import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp

from bench.product import Product
from bench.screens import WebScreen
from sandboxes import naming

MODULE = re.compile(r'href="(/modules/[^/"]+/)"')
PAGE = re.compile(r'href="(/modules/[^/"]+/[^/"]+/)"')
ENDPOINTS = re.compile(r'<script id="endpoints" type="application/json">(.*?)</script>', re.DOTALL)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
STYLE = re.compile(r'href="/static/([^"]+\.css)"')
PATIENCE = 120.0


class Visitor:
    """A signed-in browser. ``page`` is the path of the first module page that has a sandbox."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.page = ""
        self.endpoints: dict[str, str] = {}
        self.sandbox = ""
        self.container = ""
        self.terminal = ""
        self._http = aiohttp.ClientSession(product.url, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> "Visitor":
        await self._sign_in()
        module = MODULE.findall(await self._get("/modules/"))[0]
        self.page = PAGE.findall(await self._get(module))[0]
        found = ENDPOINTS.search(await self._get(self.page))
        assert found, f"{self.page} has no sandbox"
        self.endpoints = json.loads(found[1])
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.sandbox:
            await self.stop()
        await self._http.close()

    async def _get(self, path: str) -> str:
        async with self._http.get(path) as answer:
            answer.raise_for_status()
            return await answer.text()

    async def _sign_in(self) -> None:
        found = TOKEN.search(await self._get("/accounts/login/"))
        assert found, "the sign-in page has no form"
        form = {"csrfmiddlewaretoken": found[1], "login": self.product.email, "password": self.product.password}
        async with self._http.post("/accounts/login/", data=form, headers={"Referer": self.product.url}) as answer:
            answer.raise_for_status()
            assert "/accounts/login" not in answer.url.path, "the account's password is not accepted"

    def cookie(self, ending: str) -> str:
        """The value of the cookie whose name ends so."""
        return next(cookie.value for cookie in self._http.cookie_jar if cookie.key.endswith(ending))

    def cookies(self) -> list[tuple[str, str]]:
        """All cookies, name and value."""
        return [(cookie.key, cookie.value) for cookie in self._http.cookie_jar]

    async def post(self, path: str, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Call a command of the API."""
        headers = {"X-CSRFToken": self.cookie("csrf"), "Referer": self.product.url}
        async with self._http.post(path, headers=headers, data=fields) as answer:
            answer.raise_for_status()
            found: dict[str, Any] = await answer.json()
            return found

    async def start(self) -> None:
        """Click "Start sandbox" and wait, as the page does, until the socket says that it is ready."""
        async with self._http.ws_connect(self.endpoints["socket"], origin=self.product.url) as socket:
            await self.post(self.endpoints["start"])
            async with asyncio.timeout(PATIENCE):
                sandbox: dict[str, Any] = {}
                while sandbox.get("state") != "ready":
                    sandbox = (await socket.receive_json())["sandbox"] or {}
                    assert sandbox.get("state") != "failed", sandbox
        self.sandbox, self.terminal = sandbox["id"], sandbox["terminals"][0]["id"]
        self.container = naming.container_name(UUID(self.sandbox), 1)

    async def stop(self) -> None:
        """Stop the sandbox and wait until nothing of it is left."""
        path = f"{self.endpoints['sandboxes']}{self.sandbox}/"
        await self.post(f"{path}stop/")
        async with asyncio.timeout(PATIENCE):
            while json.loads(await self._get(path))["sandbox"]["state"] != "stopped":  # noqa: ASYNC110 -- as a page without a socket
                await asyncio.sleep(0.2)
        self.sandbox = ""

    async def new_terminal(self) -> str:
        """Open another terminal."""
        return str((await self.post(f"{self.endpoints['sandboxes']}{self.sandbox}/terminals/"))["id"])

    async def asset(self) -> str:
        """The path, below the static files, of the page's first stylesheet."""
        return str(STYLE.findall(await self._get(self.page))[0])

    async def open(self, terminal: str, *, rate: float = 0) -> WebScreen:
        """Look at a terminal; see WebScreen for ``rate``."""
        parts = urlsplit(self.product.url)
        address = f"{parts.scheme.replace('http', 'ws')}://{parts.netloc}{self.endpoints['terminalSocket']}{terminal}/"
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in self._http.cookie_jar)
        query = f"viewer={secrets.token_urlsafe(12)}&cols=120&rows=40"
        return await WebScreen.open(f"{address}?{query}", self.product.url, cookies, rate)
