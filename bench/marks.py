"""From the end of a run block to its green mark, in a real browser at a lab page of the bench's own."""

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from playwright.async_api import Page, async_playwright

from bench.report import Line, median, quantile
from sandboxes import naming, streams
from sandboxes.profiles import get_profile
from sandboxes.streams import EngineEndpoint

if TYPE_CHECKING:
    from bench.visitor import Visitor

RUNS = 20
MS = 1000
PATIENCE = 60_000
PATH = "/modules/bench/marks/"
_CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
_MODULE = "title: Bench\nsummary: Steps to measure.\nminutes: 1\nlevel: beginner\nposition: 999\nobjectives: [Measure]\n"
_PAGE = "---\ntitle: Marks\nminutes: 1\nkind: lab\nlab: bench-marks\n---\n"
_STEP = "## Mark {n}\n\n```sh run\ntouch /root/mark-{n}\n```\n\n```sh check\ntest -e /root/mark-{n}\n```\n\n"
# The end of a block is the moment at which the screen shows the prompt below its command.
_MEASURE = r"""
(n) => new Promise((resolve) => {
  const id = document.querySelector("[data-terminal-id]:not([hidden])").dataset.terminalId;
  const panel = document.querySelector(`.step-panel[data-step="mark-${n}"]`);
  let ended = 0;
  const look = () => {
    const lines = window.drydock.screen(id).map((line) => line.trimEnd()).filter(Boolean);
    const typed = lines.findLastIndex((line) => line.endsWith(`touch /root/mark-${n}`));
    if (typed >= 0 && typed < lines.length - 1 && lines.at(-1).endsWith("$")) ended = performance.now();
    else setTimeout(look, 4);
  };
  new MutationObserver((_, observer) => {
    if (panel.dataset.state !== "done") return;
    observer.disconnect();
    resolve(performance.now() - ended);
  }).observe(panel, { attributes: true, attributeFilter: ["data-state"] });
  document.querySelectorAll("[data-run]")[n - 1].querySelector('[data-action="run"]').click();
  look();
})
"""


def write_lab(folder: Path) -> Path:
    """A content folder with a module whose lab has as many steps as are measured."""
    module = folder / "modules" / "bench"
    module.mkdir(parents=True)
    (module / "module.yaml").write_text(_MODULE, encoding="utf-8")
    steps = "".join(_STEP.format(n=number) for number in range(1, RUNS + 1))
    (module / "01-marks.md").write_text(_PAGE + steps, encoding="utf-8")
    return folder


async def green_marks(visitor: "Visitor") -> list[Line]:
    """Each step of the lab by a click, and beside each an empty check on the bare stream of the engine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"])
        try:
            context = await browser.new_context(base_url=visitor.product.url, viewport={"width": 1440, "height": 900})
            await context.add_cookies([{"name": n, "value": v, "url": visitor.product.url} for n, v in visitor.cookies()])
            return await _measure(await context.new_page())
        finally:
            await browser.close()


async def _measure(page: Page) -> list[Line]:
    await page.goto(PATH)
    async with page.expect_response("**/labs/bench-marks/enter/", timeout=PATIENCE):
        await page.locator('#workbench [data-action="start"]').click(timeout=PATIENCE)
    await page.locator('[data-terminal-id][data-connection="open"]').wait_for(timeout=PATIENCE)
    state = await page.evaluate("async () => (await fetch('/labs/bench-marks/')).json()")
    container = naming.container_name(UUID(state["sandbox"]), 1)
    # The greeting, and the shell's first prompt.
    await page.wait_for_timeout(2000)
    ours, plain = [], []
    for number in range(1, RUNS + 1):
        ours.append(float(await page.evaluate(_MEASURE, number)))
        plain.append(await _empty_check(container))
    await page.locator('#workbench [data-action="stop"]').click()
    await page.locator('[data-action="confirm-stop"]').click()
    await page.locator('#workbench[data-state="stopped"]').wait_for(timeout=PATIENCE)
    against = f"a check that does nothing, on the bare stream of the engine, {RUNS} runs each"
    samples = {"ours": ours, "baseline": plain}
    note = "of ours, the page waits 250 ms after Enter until it looks for the prompt"
    return [
        Line("end of a run block to its green mark, p50", "ms", median(ours), median(plain), against, samples=samples, note=note),
        Line("end of a run block to its green mark, p95", "ms", quantile(ours, 0.95), quantile(plain, 0.95), against, most=1500),
    ]


async def _empty_check(container: str) -> float:
    argv = get_profile(os.environ.get("DRYDOCK_PROFILE", "confined")).judge(["bash", "-p", "-c", "exit 0"])
    started = time.perf_counter()
    await streams.run(EngineEndpoint.from_url(), container, argv, timeout=20, limit=4096)
    return MS * (time.perf_counter() - started)
