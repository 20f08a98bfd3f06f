/** Counts seconds while it is let run; what has been taken is not given twice. */
export class Stopwatch {
  /** @param {() => number} now milliseconds of a clock that only goes forward */
  constructor(now = () => performance.now()) {
    this.now = now;
    this.since = null;
    this.gathered = 0;
  }

  /** @param {boolean} on */
  run(on) {
    if (on === (this.since !== null)) return;
    if (on) this.since = this.now();
    else {
      this.gathered += this.now() - this.since;
      this.since = null;
    }
  }

  /** Seconds since they were last taken. */
  get seconds() {
    return (this.gathered + (this.since === null ? 0 : this.now() - this.since)) / 1000;
  }

  /** Whole seconds, which do not count again; the rest stays. */
  take() {
    const whole = Math.floor(this.seconds);
    this.gathered -= whole * 1000;
    return whole;
  }

  /** Whole seconds that were taken and did not arrive. */
  giveBack(seconds) {
    this.gathered += seconds * 1000;
  }
}
