import { announce } from "../lib/announce.js";
import { Sending } from "./sending.js";
import { describe, problems, stateLine } from "./words.js";

const AWAY = { sentence: "Not saved: the server cannot be reached.", again: true };
const LATE = { sentence: "Not saved: the server takes too long to answer.", again: true };
const BROKEN = { sentence: "Not saved: the server has failed.", again: true };
const SIGNED_OUT = { sentence: "Not saved: you are not signed in any more. Sign in in another tab, then press “Retry now”.", again: false };
const GONE = { sentence: "Not saved: this agenda is gone, or not yours any more.", again: false };
const STRANGE = { sentence: "Not saved: the server does not understand this change. Copy what you typed, and reload the page.", again: false };

/** How long an answer may take; a line that swallows everything is found out after this. */
const ANSWER_WITHIN = 10_000;
const SECOND = 1_000;
const LATER = [408, 425, 429];

/**
 * Sends every change of the board, and says how that goes. Each change carries an id: sent twice, because an answer
 * got lost, it is made once.
 */
export class Queue {
  constructor({ root, board }) {
    this.root = root;
    this.board = board;
    this.state = root.querySelector("[data-state]");
    this.text = root.querySelector("[data-state-text]");
    this.again = root.querySelector("[data-retry]");
    this.form = root.querySelector("#operate");
    this.sending = new Sending({ attempt: (change) => this.send(change), tell: (news) => this.hear(news) });
    this.again.addEventListener("click", () => this.run());
    window.addEventListener("online", () => this.run());
    // Somebody who comes back from signing in, or from sleep, does not look for a button.
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.run());
    window.addEventListener("beforeunload", (event) => !this.idle && event.preventDefault());
  }

  get idle() {
    return this.sending.idle;
  }

  /** Try at once what is waiting. */
  run() {
    if (!this.idle) this.sending.now();
  }

  /** An operation of drag and drop or of a key. */
  operate(operation) {
    this.add(this.form.action, new URLSearchParams({ operation: JSON.stringify(operation) }));
  }

  /** A form as the browser would send it, with the button that was pressed. */
  sendForm(form, submitter) {
    const body = new URLSearchParams(new FormData(form));
    if (submitter?.name) body.append(submitter.name, submitter.value);
    this.add(form.action, body);
  }

  /** @param {string} url @param {URLSearchParams} body */
  add(url, body = new URLSearchParams()) {
    const subject = read(body)?.item;
    this.sending.add({ url, body, id: newId(16), subject: typeof subject === "string" ? subject : "" });
  }

  /** One attempt: null, or what is wrong. */
  async send(change) {
    // Signing in again, in another tab, makes a new token.
    change.body.set("csrfmiddlewaretoken", cookie("drydock_csrf") ?? this.form.elements.csrfmiddlewaretoken.value);
    let response;
    let html;
    try {
      response = await fetch(change.url, {
        method: "POST",
        credentials: "same-origin",
        headers: { "X-Fragment": "1", "X-Change": change.id },
        body: change.body,
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      html = await response.text();
    } catch (error) {
      return error.name === "TimeoutError" ? LATE : AWAY;
    }
    const wrong = judge(response);
    if (wrong) return wrong;
    try {
      return this.take(html, change, response.status === 409) ? null : BROKEN;
    } catch (error) {
      // The change has arrived; that it cannot be shown must not hold up those behind it.
      reportError(error);
      return null;
    }
  }

  /** Shows the answer; false where it is none of ours. */
  take(html, change, refused) {
    const before = this.board.items();
    const conflicts = this.board.problems();
    if (!this.board.swap(html)) return false;
    if (refused) {
      this.root.dispatchEvent(new CustomEvent("drydock:refused", { detail: change }));
      announce(this.board.element.querySelector('[data-region="refused"]').textContent.trim());
    } else {
      announce(`${describe(before, this.board.items(), change.subject)}${problems(conflicts, this.board.problems())}`.trim());
    }
    return true;
  }

  hear(news) {
    clearInterval(this.ticker);
    this.state.dataset.state = news.trouble ? "failed" : { sending: "saving", idle: "saved" }[news.step];
    this.again.hidden = !news.trouble;
    this.again.disabled = news.step === "sending";
    const show = () => (this.text.textContent = stateLine(news, Date.now()));
    show();
    if (news.step === "waiting") this.ticker = setInterval(show, SECOND);
    // Said once, not with every attempt.
    if (news.trouble !== this.said && news.trouble) announce(news.trouble);
    this.said = news.trouble;
    if (news.step !== "sending") this.root.dispatchEvent(new Event("drydock:idle"));
  }
}

function judge(response) {
  if (response.redirected || response.status === 401 || response.status === 403) return SIGNED_OUT;
  if (response.status === 404) return GONE;
  if (response.ok || response.status === 409) return null;
  return response.status >= 500 || LATER.includes(response.status) ? BROKEN : STRANGE;
}

function cookie(name) {
  const pair = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

function read(body) {
  try {
    return JSON.parse(body.get("operation") ?? "null");
  } catch {
    return null;
  }
}

function newId(bytes) {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
