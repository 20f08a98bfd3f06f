import { Backoff } from "../lib/backoff.js";

/** Between two checks that nobody asked for, ms. */
export const EVERY = 5_000;

/**
 * When a page checks: one request at a time; every few seconds while it may; sooner when something has happened;
 * after growing pauses while the server does not answer.
 */
export class Watcher {
  /**
   * @param {{check: (routine: boolean) => Promise<void>, allowed: () => boolean, steady?: () => boolean, backoff?: Backoff,
   *   timer?: {set: (run: () => void, ms: number) => unknown, clear: (handle: unknown) => void, now: () => number}}} options
   *   `check` looks once and rejects when the server could not be asked; routine: only because time has passed; `steady` says whether to look again and again
   */
  constructor({ check, allowed, steady = allowed, backoff = new Backoff({ first: 2_000, ceiling: 60_000 }), timer = CLOCK }) {
    Object.assign(this, { check, allowed, steady, backoff, timer });
    this.handle = null;
    this.due = Infinity;
    this.running = null;
    this.news = false;
    this.failing = false;
    // When the next one would be due by itself.
    this.next = 0;
  }

  /** Something has happened: looks in so many milliseconds, or earlier where that was planned already. */
  soon(ms = 0) {
    this.news = true;
    if (!this.running) this.plan(ms);
  }

  /** Goes on looking where it left off, or stops where it may not. */
  resume() {
    if (!this.allowed()) this.pause();
    else if (this.steady() && !this.running && this.due === Infinity) this.plan(Math.max(0, this.next - this.timer.now()));
  }

  pause() {
    this.timer.clear(this.handle);
    this.due = Infinity;
  }

  /** Runs something in place of a look, so that there is never more than one request. @template T @param {() => Promise<T>} ask */
  async alone(ask) {
    while (this.running) await this.running.catch(() => {});
    this.pause();
    const asked = ask();
    await this.during(asked);
    return asked;
  }

  plan(ms) {
    const due = this.timer.now() + ms;
    if (due >= this.due) return;
    this.timer.clear(this.handle);
    this.due = due;
    this.handle = this.timer.set(() => this.look(), ms);
  }

  look() {
    this.due = Infinity;
    if (this.running || !this.allowed()) return;
    const routine = !this.news;
    this.news = false;
    this.during(this.check(routine));
  }

  /** @param {Promise<unknown>} request */
  async during(request) {
    this.running = request;
    let pause = EVERY;
    try {
      await request;
      this.failing = false;
      this.backoff.reset();
      if (this.news) pause = 0;
    } catch {
      // What was to be looked at is not known yet.
      this.news = true;
      this.failing = true;
      pause = Math.max(pause, this.backoff.next());
    }
    this.running = null;
    this.next = this.timer.now() + pause;
    if (this.allowed() && (this.steady() || this.news)) this.plan(pause);
  }
}

const CLOCK = { set: (run, ms) => setTimeout(run, ms), clear: (handle) => clearTimeout(handle), now: () => Date.now() };
