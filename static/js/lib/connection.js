import { Backoff } from "./backoff.js";

/** Between two pings, ms; a line is dead when nothing at all has come for a ping's answer time after one. */
const PING_EVERY = 20_000;
const ANSWER_WITHIN = 10_000;
/** After the machine slept or the network changed the line is probably dead: find out fast. */
const ANSWER_AFTER_WAKE = 3_000;
const CONNECT_WITHIN = 10_000;
/** A connection that lived this long was a good one: the next pause is the shortest again. */
const GOOD_AFTER = 5_000;
const TICK = 1_000;

/**
 * A WebSocket that comes back by itself. It knows nothing of what is said over it, except for
 * `{"type":"ping"}`, which is answered by `{"type":"pong"}` (any message counts as a sign of life).
 *
 * Events (EventTarget): `status` whenever `status`, `retryAt` or `closing` change.
 * status: "idle" | "connecting" | "open" | "waiting" (until `retryAt`, ms) | "refused" | "closed".
 * Handlers: `onopen(socket)`, `onmessage(data)`, `decide(event) -> boolean` whether to try again.
 */
export class Connection extends EventTarget {
  constructor({ url, protocol = null, onopen = () => {}, onmessage, decide = () => true, backoff = new Backoff() }) {
    super();
    Object.assign(this, { url, protocol, onopen, onmessage, decide, backoff });
    this.status = "idle";
    this.socket = null;
    this.retryAt = 0;
    this.failures = 0;
    this.retryTimer = 0;
    this.deadline = Infinity;
    this.woke = () => this.wake();
    this.shown = () => document.visibilityState === "visible" && this.wake();
  }

  start() {
    window.addEventListener("online", this.woke);
    window.addEventListener("pageshow", this.woke);
    document.addEventListener("visibilitychange", this.shown);
    this.lastTick = Date.now();
    this.ticker = setInterval(() => this.tick(), TICK);
    this.connect();
  }

  /** Ends it for good. */
  stop() {
    window.removeEventListener("online", this.woke);
    window.removeEventListener("pageshow", this.woke);
    document.removeEventListener("visibilitychange", this.shown);
    clearInterval(this.ticker);
    this.drop();
    this.change("closed");
  }

  /** Tries at once, whatever the pause; also after a refusal. */
  retry() {
    if (this.status === "closed" || this.status === "open") return;
    this.backoff.reset();
    this.connect();
  }

  send(data) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(data);
    return true;
  }

  connect() {
    this.drop();
    const address = typeof this.url === "function" ? this.url() : this.url;
    const socket = this.protocol ? new WebSocket(address, this.protocol) : new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.deadline = Date.now() + CONNECT_WITHIN;
    socket.onopen = () => {
      this.openedAt = Date.now();
      this.failures = 0;
      this.heard();
      this.onopen(socket);
      this.change("open");
    };
    socket.onmessage = (event) => {
      this.heard();
      this.onmessage(event.data);
    };
    socket.onclose = (event) => this.lost(event);
    this.change("connecting");
  }

  heard() {
    this.deadline = Infinity;
    this.pingAt = Date.now() + PING_EVERY;
  }

  /** Detaches from the socket without waiting for its closing handshake, which a dead line never ends. */
  drop() {
    clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.socket = null;
    this.deadline = Infinity;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  lost(event) {
    const good = this.status === "open" && Date.now() - this.openedAt > GOOD_AFTER;
    if (good) this.backoff.reset();
    this.drop();
    this.failures += 1;
    if (!this.decide(event)) return this.change("refused");
    const pause = this.backoff.next();
    this.retryAt = Date.now() + pause;
    this.retryTimer = setTimeout(() => this.connect(), pause);
    this.change("waiting");
  }

  tick() {
    const now = Date.now();
    // Timers stand still while a machine sleeps: a gap is how a page learns that it did.
    const slept = now - this.lastTick > 10 * TICK && document.visibilityState === "visible";
    this.lastTick = now;
    if (now > this.deadline) return this.lost({ code: 1006, reason: "" });
    if (slept) return this.wake();
    if (this.status === "open" && now >= this.pingAt && this.deadline === Infinity) this.ping(ANSWER_WITHIN);
  }

  ping(within) {
    // What still lies in the browser's buffer goes first, so an answer may take longer.
    const behind = this.socket?.bufferedAmount > 0 ? 4 : 1;
    if (this.send('{"type":"ping"}')) this.deadline = Date.now() + within * behind;
  }

  wake() {
    if (this.status === "waiting") this.retry();
    else if (this.status === "open" && this.deadline === Infinity) this.ping(ANSWER_AFTER_WAKE);
  }

  change(status) {
    this.status = status;
    this.dispatchEvent(new Event("status"));
  }
}

/** An absolute ws: or wss: address for a path on this site. */
export function socketAddress(path, query = {}) {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url.href;
}
