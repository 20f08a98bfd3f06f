/**
 * What has been typed and pasted, on its way to the server: in order, in frames of at most 32 KiB,
 * and never much more in the browser's own buffer than the line takes, so that a paste of a
 * megabyte neither arrives in one piece nor freezes the page.
 */
export const FRAME = 32 * 1024;
const HIGH_WATER = 128 * 1024;
const PAUSE = 10;

export class Outbox {
  /**
   * @param {{send: (bytes: Uint8Array) => boolean, buffered: () => number}} line `send` says whether it was taken
   * @param {(run: () => void, ms: number) => unknown} timer
   */
  constructor(line, timer = (run, ms) => setTimeout(run, ms)) {
    this.line = line;
    this.timer = timer;
    this.queue = [];
    this.scheduled = false;
  }

  /** @param {Uint8Array} bytes */
  push(bytes) {
    for (let start = 0; start < bytes.length; start += FRAME) this.queue.push(bytes.subarray(start, start + FRAME));
    if (!this.scheduled) this.drain();
  }

  get size() {
    return this.queue.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  drain() {
    while (this.queue.length > 0 && this.line.buffered() < HIGH_WATER) {
      if (!this.line.send(this.queue[0])) return this.clear();
      this.queue.shift();
    }
    if (this.queue.length === 0 || this.scheduled) return undefined;
    this.scheduled = true;
    this.timer(() => {
      this.scheduled = false;
      this.drain();
    }, PAUSE);
    return undefined;
  }

  /** Forgets what has not been sent: half a paste must not follow on a new connection. */
  clear() {
    this.queue = [];
  }
}
