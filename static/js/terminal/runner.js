import { looksLikePrompt } from "../page/runtext.js";
import { LEAVE_HISTORY } from "./wheel.js";

const LOOK_EVERY = 60;
/** At least so long after Enter: the old prompt is still on the screen until the echo arrives. */
const ECHO = 250;
const PROMPT_WITHIN = 60_000;
const FIRST_PROMPT_WITHIN = 3_000;
/** How long a block waits for the one before it: what that one started may read what is typed ahead, or never end. */
const HURRY_WITHIN = 5_000;
const OPEN_WITHIN = 30_000;
/** How long a program runs before a key such as ^C ends it: its output is what the learner should see. */
const SHOW = 2_500;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Types the steps of run blocks into terminals, one block after the other. */
export class Runner {
  constructor() {
    this.last = Promise.resolve();
    this.turn = 0;
    this.queued = 0;
    /** Terminals whose shell has shown its first prompt. */
    this.awake = new WeakSet();
  }

  /**
   * @param {import("./pane.js").Pane} pane
   * @param {import("../page/runtext.js").Keystroke[]} steps
   * @param {{interrupt?: boolean}} options interrupt: ^C first, which also ends a block that is being typed
   * @returns {Promise<boolean>} whether everything was typed
   */
  run(pane, steps, { interrupt = false } = {}) {
    if (interrupt) this.turn += 1;
    const turn = this.turn;
    const behind = this.queued > 0 && !interrupt;
    this.queued += 1;
    this.last = this.last
      .then(() => (behind ? this.prompt(pane, HURRY_WITHIN) : null))
      .then(() => this.type(pane, steps, interrupt, () => turn === this.turn))
      .catch(() => false)
      .finally(() => (this.queued -= 1));
    return this.last;
  }

  async type(pane, steps, interrupt, wanted) {
    if (!(await this.opened(pane))) return false;
    pane.link.type(LEAVE_HISTORY);
    if (interrupt) {
      pane.link.type("\x03");
      await this.prompt(pane, FIRST_PROMPT_WITHIN);
    }
    for (const [index, step] of steps.entries()) {
      if (index > 0) await (step.kind === "keys" ? sleep(SHOW) : this.prompt(pane, PROMPT_WITHIN, wanted));
      if (!wanted() || pane.link.state !== "open") return false;
      if (step.kind === "paste") pane.screen.term.paste(step.text);
      else pane.link.type(step.text);
      if (step.kind !== "keys") pane.link.type("\r");
    }
    return true;
  }

  /** Waits until the prompt is back after what was typed last, by whomever. Ends early where another block is clicked. */
  async settled(pane) {
    const { queued } = this;
    await this.look(pane, (ms) => this.queued <= queued && ms < PROMPT_WITHIN);
  }

  async opened(pane) {
    const before = Date.now();
    while (pane.connection !== "open") {
      if (Date.now() - before > OPEN_WITHIN || pane.connection === "refused" || pane.connection === "closed") return false;
      await sleep(LOOK_EVERY);
    }
    // A shell that is still starting would echo what is typed now twice.
    if (!this.awake.has(pane)) await this.prompt(pane, FIRST_PROMPT_WITHIN);
    this.awake.add(pane);
    return true;
  }

  /** Waits for a prompt; not for long once another block has been clicked: the rest is then typed ahead, in order. */
  async prompt(pane, within, wanted = () => true) {
    const limit = () => (this.queued > 1 ? Math.min(within, HURRY_WITHIN) : within);
    await this.look(pane, (ms) => wanted() && ms < limit());
  }

  /** Looks for a prompt until one is there. @param {(ms: number) => boolean} goOn whether to, after so long */
  async look(pane, goOn) {
    const before = Date.now();
    await sleep(ECHO);
    while (goOn(Date.now() - before) && !looksLikePrompt(pane.screen.beforeCursor())) await sleep(LOOK_EVERY);
  }
}
