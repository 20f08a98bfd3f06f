import { Connection, socketAddress } from "../lib/connection.js";

const POLL_EVERY = 5_000;
/** Some proxies let no WebSocket through: after so many failures in a row the state is asked for instead. */
const POLL_AFTER = 2;
const SIGNED_OUT = 4401;
const REFUSED = [4400, 4401, 4403, 4404];

/**
 * The sandbox's state, live. Events: `state` (detail: the message), `line`.
 * line: "connecting" | "live" | "polling" | "offline" | "signed-out" | "refused".
 */
export class Feed extends EventTarget {
  /** @param {{address: string, poll: () => Promise<object | null>}} options `poll` asks once; null when there is nothing to ask for */
  constructor({ address, poll }) {
    super();
    this.poll = poll;
    this.line = "connecting";
    this.connection = new Connection({
      url: () => socketAddress(address),
      onmessage: (data) => this.message(data),
      decide: (event) => this.decide(event),
    });
    this.connection.addEventListener("status", () => this.follow());
  }

  start() {
    this.connection.start();
  }

  retry() {
    this.connection.retry();
  }

  message(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message?.type === "state") this.tell(message);
  }

  tell(message) {
    this.dispatchEvent(new CustomEvent("state", { detail: message }));
  }

  decide(event) {
    this.code = event.code;
    return !REFUSED.includes(event.code);
  }

  follow() {
    const { status, failures } = this.connection;
    if (status === "open") this.set("live");
    else if (status === "refused") this.set(this.code === SIGNED_OUT ? "signed-out" : "refused");
    else if (failures > 0 && this.line === "live") this.set("connecting");
    if (status === "waiting" && failures >= POLL_AFTER) this.ask();
  }

  async ask() {
    if (this.asking || this.connection.status === "open") return;
    this.asking = true;
    try {
      const message = await this.poll();
      if (message) this.tell(message);
      if (this.connection.status !== "open") this.set("polling");
    } catch (error) {
      if (this.connection.status !== "open") this.set(error.status === 401 ? "signed-out" : "offline");
    }
    setTimeout(() => {
      this.asking = false;
      if (["waiting", "connecting"].includes(this.connection.status)) this.ask();
    }, POLL_EVERY);
  }

  set(line) {
    if (this.line === line) return;
    this.line = line;
    this.dispatchEvent(new Event("line"));
  }
}
