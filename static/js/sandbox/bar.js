import { announce } from "../lib/announce.js";
import { formatRemaining, urgency } from "../lib/clock.js";
import { chip, lineNote } from "./describe.js";

/** While one waits for a place, the panel has the button. */
const STOPPABLE = ["preparing", "ready"];
const WARNINGS = { soon: "Less than 15 minutes are left in this sandbox.", now: "Less than 5 minutes are left in this sandbox." };

/** The bar above the terminals: state, time left, Stop. */
export class BarView {
  constructor(workbench, clock) {
    const find = (selector) => workbench.querySelector(selector);
    Object.assign(this, {
      clock,
      bar: find("[data-bench-bar]"),
      chip: find("[data-status-chip]"),
      countdown: find("[data-countdown]"),
      countdownText: find("[data-countdown-text]"),
      note: find("[data-live-note]"),
      stop: find('.bench-bar [data-action="stop"]'),
      sandbox: null,
    });
  }

  render(sandbox, line) {
    this.sandbox = sandbox;
    const [kind, words] = chip(sandbox);
    this.chip.dataset.kind = kind;
    this.chip.textContent = words;
    const note = lineNote(line);
    this.note.textContent = note;
    this.note.hidden = note === "";
    this.stop.hidden = !STOPPABLE.includes(sandbox?.state);
    this.bar.hidden = !sandbox && note === "";
    this.tick();
  }

  tick() {
    const shown = this.sandbox?.state === "ready" && this.sandbox.deadline;
    this.countdown.hidden = !shown;
    if (!shown) return;
    const left = Date.parse(this.sandbox.deadline) - this.clock.now();
    this.countdownText.textContent = `${formatRemaining(left)} left`;
    const near = urgency(left);
    if (near !== (this.countdown.dataset.urgency ?? "") && near) announce(WARNINGS[near]);
    this.countdown.dataset.urgency = near;
  }
}
