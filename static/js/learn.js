import { Hints } from "./lab/hints.js";
import { Lab } from "./lab/lab.js";
import { sectionsOf } from "./lab/sections.js";
import { Contents, headingLinks } from "./page/contents.js";
import { DoneBar } from "./page/done.js";
import { LearningPage } from "./page/learning.js";
import { post } from "./page/post.js";
import { Quiz } from "./page/quiz.js";
import { allowTerminalStyles } from "./terminal/csp.js";

const learn = document.querySelector(".learn");
const readJson = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");

allowTerminalStyles(document.getElementById("learn-style").nonce);
const page = new LearningPage({ learn, state: readJson("sandbox-state"), endpoints: readJson("endpoints") });

const frame = document.querySelector(".learn-frame");
const prose = frame.querySelector("[data-prose]");
headingLinks(prose);
new Contents(frame);
const done = new DoneBar(frame);
if (learn.dataset.lab && page.signedIn) new Lab({ learn, page, done });
else for (const section of sectionsOf(prose)) new Hints(section);
const questions = frame.querySelector("[data-quiz]");
// A finished quiz is a page that is done.
if (questions) new Quiz(questions, { csrf: learn.dataset.csrf, onKept: () => done.set(true) });

// So that the front page leads back to here. Nobody has to hear of it where it cannot be kept.
if (frame.dataset.openedUrl) post(frame.dataset.openedUrl, {}, learn.dataset.csrf).catch(() => {});

/**
 * For browser tests, since a canvas cannot be read.
 * `drydock.screen(terminalId)` -> the visible lines of a terminal, or null when it has not been shown yet.
 */
window.drydock = Object.freeze({
  screen: (terminalId) => page.workspace.panes.get(terminalId)?.screen?.lines() ?? null,
});
