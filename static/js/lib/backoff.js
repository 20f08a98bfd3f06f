/**
 * Pauses between attempts to connect: each about twice the last, up to a ceiling, and scattered so
 * that a hundred browsers do not come back in the same instant after a restart of the server.
 */
export class Backoff {
  /**
   * @param {{first?: number, ceiling?: number, random?: () => number}} options milliseconds; `random` gives [0, 1)
   */
  constructor({ first = 500, ceiling = 10_000, random = Math.random } = {}) {
    this.first = first;
    this.ceiling = ceiling;
    this.random = random;
    this.attempts = 0;
  }

  /** The next pause in milliseconds: between 75 % and 125 % of the nominal one, never above the ceiling. */
  next() {
    const nominal = Math.min(this.ceiling, this.first * 2 ** this.attempts);
    this.attempts += 1;
    return Math.min(this.ceiling, Math.round(nominal * (0.75 + this.random() / 2)));
  }

  reset() {
    this.attempts = 0;
  }
}
