import { LearningPage } from "./page/learning.js";
import { Deck } from "./present/deck.js";
import { SpeakerView } from "./present/speaker.js";
import { allowTerminalStyles } from "./terminal/csp.js";

/** The learning page's own terminals and run blocks, beside slides instead of a text. */
class Presentation extends LearningPage {
  async run(request) {
    this.showTerminal(true);
    const typed = await super.run(request);
    // A remote control goes on turning slides.
    if (typed) this.deck.focus();
    return typed;
  }

  toTerminal() {
    this.showTerminal(true);
    super.toTerminal();
  }

  showTerminal(on = this.learn.dataset.terminal !== "on") {
    this.learn.dataset.terminal = on ? "on" : "off";
    document.querySelector('[data-deck-action="terminal"]').setAttribute("aria-pressed", String(on));
    if (on) this.workspace.becameVisible();
    else this.deck.focus();
  }
}

function present(learn) {
  const readJson = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");
  allowTerminalStyles(document.getElementById("learn-style").nonce);
  const page = new Presentation({ learn, state: readJson("sandbox-state"), endpoints: readJson("endpoints") });
  page.deck = new Deck({ root: document.querySelector("[data-deck]"), actions: { terminal: () => page.showTerminal() } });
  /** For browser tests: as on the learning page, and `drydock.slide()` -> the number of the slide that is shown, from 0. */
  window.drydock = Object.freeze({
    screen: (terminalId) => page.workspace.panes.get(terminalId)?.screen?.lines() ?? null,
    slide: () => page.deck.index,
  });
}

const speaker = document.querySelector("[data-speaker-view]");
if (speaker) new SpeakerView(speaker);
else present(document.querySelector(".learn"));
