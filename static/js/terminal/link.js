import { Connection, socketAddress } from "../lib/connection.js";
import { recall, remember } from "../lib/storage.js";
import { Acknowledger } from "./flow.js";
import { Outbox } from "./outbox.js";
import { refusal } from "./refusals.js";

const PROTOCOL = "drydock.terminal.v1";

/** The same for a terminal in this tab, also after a reload: the server ends the earlier connection of a viewer. */
function viewerToken(terminalId) {
  const key = `viewer.${terminalId}`;
  let token = recall(key, null, "session");
  if (!token) {
    token = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    remember(key, token, "session");
  }
  return token;
}

/**
 * One terminal's line to its shell: bytes both ways, control as JSON, acknowledged flow control.
 *
 * Events: `status` (see `state`, `retryAt`, `refused`), `notice` (detail: a sentence).
 * state: "idle" | "connecting" | "open" | "waiting" | "refused" | "closed"; it is "open" only after
 * the server's `ready`.
 */
export class TerminalLink extends EventTarget {
  /**
   * @param {{terminalId: string, base: string, size: () => {cols: number, rows: number},
   *   reset: () => void, write: (bytes: Uint8Array, done: () => void) => void}} options
   *   `reset` clears the screen before the first byte of a new connection; `write` calls `done` when rendered
   */
  constructor({ terminalId, base, size, reset, write }) {
    super();
    Object.assign(this, { size, reset, write });
    this.encoder = new TextEncoder();
    this.ready = false;
    this.told = null;
    this.refused = null;
    this.acknowledger = null;
    this.connection = new Connection({
      url: () => socketAddress(`${base}${terminalId}/`, { viewer: viewerToken(terminalId), ...this.size() }),
      protocol: PROTOCOL,
      onopen: () => this.begin(),
      onmessage: (data) => (typeof data === "string" ? this.control(data) : this.output(data)),
      decide: (event) => this.ended(event),
    });
    this.outbox = new Outbox({
      send: (bytes) => this.ready && this.connection.send(bytes),
      buffered: () => this.connection.socket?.bufferedAmount ?? 0,
    });
    this.connection.addEventListener("status", () => this.changed());
  }

  get state() {
    const { status } = this.connection;
    return status === "open" && !this.ready ? "connecting" : status;
  }

  get retryAt() {
    return this.connection.retryAt;
  }

  get failures() {
    return this.connection.failures;
  }

  start() {
    this.connection.start();
  }

  stop() {
    this.acknowledger?.stop();
    this.connection.stop();
  }

  retry() {
    this.refused = null;
    this.connection.retry();
  }

  /** What a person types. Without a connection it is dropped: the overlay says so, and nothing comes late. */
  type(text) {
    if (this.ready) this.outbox.push(this.encoder.encode(text));
  }

  /** Mouse reports of old programs: one byte a character, not UTF-8. */
  typeBytes(latin1) {
    if (this.ready) this.outbox.push(Uint8Array.from(latin1, (character) => character.charCodeAt(0) & 0xff));
  }

  resize(cols, rows) {
    this.tell({ type: "resize", cols, rows });
  }

  search(text, direction) {
    this.tell({ type: "search", text, direction });
  }

  tell(message) {
    if (this.ready) this.connection.send(JSON.stringify(message));
  }

  begin() {
    this.ready = false;
    this.told = null;
    this.refused = null;
    this.outbox.clear();
  }

  control(data) {
    const message = parse(data);
    if (message.type === "ready") {
      this.ready = true;
      this.reset();
      this.acknowledger?.stop();
      this.acknowledger = new Acknowledger((offset) => this.tell({ type: "ack", offset }), { every: message.acknowledge });
      const { cols, rows } = this.size();
      this.resize(cols, rows);
      this.changed();
    } else if (message.type === "refused") {
      this.told = message;
    } else if (message.type === "notice") {
      this.dispatchEvent(new CustomEvent("notice", { detail: String(message.sentence) }));
    }
  }

  output(data) {
    const bytes = new Uint8Array(data);
    const { acknowledger } = this;
    this.write(bytes, () => acknowledger?.add(bytes.length));
  }

  ended(event) {
    this.ready = false;
    this.acknowledger?.stop();
    this.outbox.clear();
    this.refused = refusal(event, this.told);
    return this.refused.again;
  }

  changed() {
    this.dispatchEvent(new Event("status"));
  }
}

function parse(data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}
