import { Backoff } from "../lib/backoff.js";

/**
 * Works through changes one after the other, in the order in which they were made. What cannot be sent stays first in
 * line, and is tried again by itself after growing pauses; a change that needs a person (who has to sign in, say) waits
 * for `now`.
 *
 * `attempt(change)` resolves to null when the change has arrived, and otherwise to `{sentence, again}`: what is wrong,
 * and whether another attempt may help by itself. `tell` hears of every step:
 *   {step: "sending", trouble}                    `trouble`: the sentence of the last failure, "" where all went well
 *   {step: "waiting", trouble, until}             the next attempt comes by itself at `until` (ms, as Date.now)
 *   {step: "stopped", trouble}                    no attempt comes by itself
 *   {step: "idle", trouble: ""}                   everything has arrived
 */
export class Sending {
  constructor({ attempt, tell, backoff = new Backoff({ first: 1_000, ceiling: 15_000 }) }) {
    Object.assign(this, { attempt, tell, backoff });
    this.waiting = [];
    this.running = false;
    this.timer = 0;
    this.trouble = "";
    this.hurry = false;
  }

  get idle() {
    return this.waiting.length === 0;
  }

  /** During a pause a new change waits with the others: a server in trouble is not asked more often for it. */
  add(change) {
    this.waiting.push(change);
    if (!this.timer) this.run();
  }

  /** There is reason to believe that it works now: no pause. */
  now() {
    this.backoff.reset();
    // What is under way may have begun before the reason did, and fail for what is over: then it is tried once more at once.
    if (this.running) this.hurry = true;
    else this.run();
  }

  async run() {
    if (this.running) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.running = true;
    let failure = null;
    while (this.waiting.length && !failure) {
      this.hurry = false;
      this.tell({ step: "sending", trouble: this.trouble });
      failure = await this.attempt(this.waiting[0]);
      if (failure) this.trouble = failure.sentence;
      else this.arrived();
      if (this.hurry) failure = null;
    }
    this.running = false;
    this.rest(failure);
  }

  arrived() {
    this.waiting.shift();
    this.trouble = "";
    this.backoff.reset();
  }

  rest(failure) {
    if (!failure) return this.tell({ step: "idle", trouble: "" });
    if (!failure.again) return this.tell({ step: "stopped", trouble: this.trouble });
    const pause = this.backoff.next();
    this.timer = setTimeout(() => this.run(), pause);
    this.tell({ step: "waiting", trouble: this.trouble, until: Date.now() + pause });
  }
}
