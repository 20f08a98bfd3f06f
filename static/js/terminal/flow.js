/**
 * Tells the server how far the screen has come: a cumulative count of bytes rendered since this
 * connection began. One acknowledgement for each `every` bytes, and one when a burst is over.
 */
export class Acknowledger {
  /**
   * @param {(offset: number) => void} send
   * @param {{every?: number, idle?: number, timer?: (run: () => void, ms: number) => unknown}} options
   */
  constructor(send, { every = 65_536, idle = 100, timer = (run, ms) => setTimeout(run, ms) } = {}) {
    Object.assign(this, { send, every, idle, timer });
    this.rendered = 0;
    this.acknowledged = 0;
    this.waiting = false;
    this.stopped = false;
  }

  /** @param {number} count bytes that the terminal has just finished with */
  add(count) {
    if (this.stopped) return;
    this.rendered += count;
    if (this.rendered - this.acknowledged >= this.every) this.flush();
    else this.whenIdle();
  }

  whenIdle() {
    if (this.waiting) return;
    this.waiting = true;
    const before = this.rendered;
    this.timer(() => {
      this.waiting = false;
      if (this.stopped || this.rendered === this.acknowledged) return;
      if (this.rendered === before) this.flush();
      else this.whenIdle();
    }, this.idle);
  }

  flush() {
    this.acknowledged = this.rendered;
    this.send(this.rendered);
  }

  /** What is still being rendered belongs to a connection that is gone. */
  stop() {
    this.stopped = true;
  }
}
