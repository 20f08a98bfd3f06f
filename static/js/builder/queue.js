import { announce } from "../lib/announce.js";
import { describe, problems } from "./words.js";

const AWAY = "Not saved: the server cannot be reached";
const SIGNED_OUT = "Not saved: you are not signed in any more. Sign in in another tab, then press Retry";
const BROKEN = "Not saved: the server has failed";

/**
 * Sends changes one after the other, in the order in which they were made. What cannot be sent stays,
 * and is sent again on Retry, or when the network is back.
 *
 * Each new item gets its id here: the same change sent twice, because an answer got lost, is made once.
 */
export class Queue {
  constructor({ root, board }) {
    this.root = root;
    this.board = board;
    this.waiting = [];
    this.running = false;
    this.state = root.querySelector("[data-state]");
    this.text = root.querySelector("[data-state-text]");
    this.again = root.querySelector("[data-retry]");
    this.form = root.querySelector("#operate");
    this.again.addEventListener("click", () => this.run());
    window.addEventListener("online", () => this.run());
    window.addEventListener("beforeunload", (event) => this.waiting.length && event.preventDefault());
  }

  get idle() {
    return this.waiting.length === 0;
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
    const operation = read(body);
    if (operation?.type === "add_item") operation.item = { ...operation.item, id: newId() };
    if (operation?.type === "split_item") operation.new_id = newId();
    if (operation?.type === "add_day") operation.day = { ...operation.day, id: newId() };
    if (operation) body.set("operation", JSON.stringify(operation));
    this.waiting.push({ url, body, operation, tries: 0 });
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    while (this.waiting.length) {
      this.show("saving", "Saving…");
      const went = await this.send(this.waiting[0]);
      if (!went) break;
      this.waiting.shift();
    }
    this.running = false;
    if (this.idle) this.show("saved", "All changes are saved");
    this.root.dispatchEvent(new Event("drydock:idle"));
  }

  async send(change) {
    change.tries += 1;
    // Signing in again, in another tab, makes a new token.
    change.body.set("csrfmiddlewaretoken", cookie("drydock_csrf") ?? this.form.elements.csrfmiddlewaretoken.value);
    let response;
    let html;
    try {
      response = await fetch(change.url, {
        method: "POST",
        credentials: "same-origin",
        headers: { "X-Fragment": "1" },
        body: change.body,
        signal: AbortSignal.timeout(20_000),
      });
      html = await response.text();
    } catch {
      return this.stuck(AWAY);
    }
    if (response.redirected) return this.stuck(SIGNED_OUT);
    if (response.status === 403) return this.stuck(SIGNED_OUT);
    if (response.status === 404) return this.stuck("Not saved: this agenda is gone, or not yours any more.", false);
    if (!response.ok && response.status !== 409) return this.stuck(BROKEN);
    this.take(html, change, response.status === 409);
    return true;
  }

  take(html, change, refused) {
    const before = this.board.items();
    const conflicts = this.board.problems();
    this.board.swap(html);
    const after = this.board.items();
    const sentence = this.board.element.querySelector('[data-region="refused"]').textContent.trim();
    if (refused && !(change.tries > 1 && alreadyMade(change.operation, after))) {
      this.root.dispatchEvent(new CustomEvent("drydock:refused", { detail: change }));
      announce(sentence);
      return;
    }
    if (refused) this.board.element.querySelector('[data-region="refused"]').replaceChildren();
    announce(`${describe(before, after, change.operation?.item)}${problems(conflicts, this.board.problems())}`.trim());
  }

  stuck(sentence, retry = true) {
    if (!retry) this.waiting.length = 0;
    this.show("failed", sentence, retry);
    announce(sentence);
    return false;
  }

  show(state, sentence, retry = false) {
    this.state.dataset.state = state;
    this.text.textContent = sentence;
    this.again.hidden = !retry;
  }
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

/** Whether the first attempt did arrive, and only its answer was lost. */
function alreadyMade(operation, items) {
  if (operation?.type === "add_item") return items.has(operation.item.id);
  if (operation?.type === "split_item") return items.has(operation.new_id);
  return operation?.type === "remove_item" && !items.has(operation.item);
}

export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
