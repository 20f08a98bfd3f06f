import { LearningPage } from "./page/learning.js";
import { allowTerminalStyles } from "./terminal/csp.js";

const learn = document.querySelector(".learn");
const readJson = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");

allowTerminalStyles(document.getElementById("learn-style").nonce);
const page = new LearningPage({ learn, state: readJson("sandbox-state"), endpoints: readJson("endpoints") });

/**
 * For browser tests, since a canvas cannot be read.
 * `drydock.screen(terminalId)` -> the visible lines of a terminal, or null when it has not been shown yet.
 */
window.drydock = Object.freeze({
  screen: (terminalId) => page.workspace.panes.get(terminalId)?.screen?.lines() ?? null,
});
