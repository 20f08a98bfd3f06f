/** The server's time as well as this browser knows it: a laptop's clock may be minutes off. */
export class ServerClock {
  constructor(now = Date.now) {
    this.local = now;
    this.offset = 0;
  }

  /** @param {string} iso the server's time in a message that has just arrived */
  set(iso) {
    const server = Date.parse(iso);
    if (!Number.isNaN(server)) this.offset = server - this.local();
  }

  now() {
    return this.local() + this.offset;
  }
}

const two = (number) => String(number).padStart(2, "0");

/** "3:59:07" above an hour, "59:07" below; never negative. */
export function formatRemaining(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const tail = `${two(minutes)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** "8 s", "1 min 12 s" */
export function formatElapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How near the deadline is: "" | "soon" (15 minutes) | "now" (5 minutes). */
export function urgency(milliseconds) {
  if (milliseconds <= 5 * 60_000) return "now";
  return milliseconds <= 15 * 60_000 ? "soon" : "";
}
