import { announce } from "../lib/announce.js";
import { el } from "../lib/dom.js";

/** A hiccup shorter than this is not worth a box over the screen. */
const QUIET = 400;

/**
 * Says over the screen that the line is gone and what can be done.
 * @param {{host: HTMLElement, link: import("./link.js").TerminalLink, signIn: string, start: () => void}} options
 */
export class Overlay {
  constructor({ host, link, signIn, start }) {
    Object.assign(this, { link, signIn, start });
    this.sentence = el("p");
    this.button = el("button", { class: "button small", type: "button", on: { click: () => this.act() } });
    this.box = el("div", { class: "terminal-overlay", hidden: true, "data-overlay": "" }, this.sentence, this.button);
    host.append(this.box);
    this.toast = el("p", { class: "terminal-toast", role: "status", hidden: true });
    host.append(this.toast);
    link.addEventListener("status", () => this.update());
    link.addEventListener("notice", (event) => this.notice(event.detail));
  }

  update() {
    clearTimeout(this.delay);
    const { state } = this.link;
    if (state === "open" || state === "idle" || state === "closed") return this.hide();
    if (this.box.hidden) this.delay = setTimeout(() => this.show(), QUIET);
    else this.show();
    return undefined;
  }

  show() {
    clearInterval(this.counting);
    const { state, refused } = this.link;
    this.action = state === "refused" ? refused.action : "retry";
    this.button.hidden = this.action === "none" || (state === "connecting" && this.link.failures === 0);
    this.button.textContent = { "sign-in": "Sign in", start: "Start again", retry: state === "refused" ? "Try again" : "Retry now", none: "" }[this.action];
    if (state === "waiting") {
      this.count();
      this.counting = setInterval(() => this.count(), 500);
      announce("The connection to the terminal was lost. Reconnecting.");
    } else {
      this.sentence.textContent = state === "refused" ? refused.sentence : this.link.failures > 0 ? "Reconnecting…" : "Connecting…";
      if (state === "refused") announce(refused.sentence);
    }
    this.box.dataset.overlay = state;
    this.box.hidden = false;
  }

  count() {
    const seconds = Math.max(0, Math.ceil((this.link.retryAt - Date.now()) / 1000));
    const known = this.link.refused && this.link.refused.sentence !== "The connection was lost." ? this.link.refused.sentence : "Connection lost.";
    this.sentence.textContent = `${known} Reconnecting ${seconds > 0 ? `in ${seconds} s` : "now"}; your shell keeps running.`;
  }

  hide() {
    clearInterval(this.counting);
    if (!this.box.hidden) announce("The terminal is connected.");
    this.box.hidden = true;
  }

  act() {
    if (this.action === "sign-in") window.location.assign(this.signIn);
    else if (this.action === "start") this.start();
    else this.link.retry();
  }

  notice(sentence) {
    clearTimeout(this.toasting);
    this.toast.textContent = sentence;
    this.toast.hidden = false;
    this.toasting = setTimeout(() => (this.toast.hidden = true), 4000);
  }
}
