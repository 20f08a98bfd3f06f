import { el, icon } from "../lib/dom.js";
import { filesOf, mark, MARK_WORDS, progressLine } from "./describe.js";

/** The bar above the text: how far one is, a dot for each step, and what goes on with the whole lab. */
export class LabBar {
  /** @param {HTMLElement} root @param {{goTo: (anchor: string) => void, reset: () => void}} options */
  constructor(root, { goTo, reset }) {
    Object.assign(this, { root, goTo });
    const find = (selector) => root.querySelector(selector);
    Object.assign(this, { line: find("[data-lab-line]"), dots: find("[data-lab-dots]"), note: find("[data-lab-note]"), news: find("[data-lab-news]") });
    this.reset = find("[data-lab-reset]");
    this.reset.addEventListener("click", reset);
    this.dots.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      goTo(link.hash.slice(1));
    });
    this.shown = "";
    this.told = "";
    root.hidden = false;
  }

  /** @param {import("./api.js").LabState} state @param {{seconds: number, note: string, canReset: boolean, current: string}} extra */
  render(state, { seconds, note, canReset, current }) {
    this.line.textContent = progressLine(state, seconds);
    this.note.textContent = note;
    this.note.hidden = note === "";
    this.reset.hidden = !canReset;
    const key = JSON.stringify([state.steps.map(mark), current]);
    if (key === this.shown) return;
    this.shown = key;
    const focused = this.dots.contains(document.activeElement) ? document.activeElement.hash : null;
    this.dots.replaceChildren(...state.steps.map((step, index) => this.dot(step, index, step.step === current)));
    if (focused) this.dots.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  dot(step, index, current) {
    const is = mark(step);
    return el(
      "li",
      {},
      el(
        "a",
        { href: `#${step.step}`, title: `${step.title} (${MARK_WORDS[is]})`, "data-mark": is, "aria-current": current ? "step" : null },
        el("span", { "aria-hidden": "true" }, is === "done" || is === "earlier" ? icon("check") : String(index + 1)),
        el("span", { class: "visually-hidden" }, `Step ${index + 1}, ${step.title}: ${MARK_WORDS[is]}`),
      ),
    );
  }

  /**
   * News of a catch-up: how far it is, and what became of the learner's files.
   * @param {import("./api.js").CatchUp | null} catchUp @param {string} title of the step it leads to @param {() => void} close
   */
  tell(catchUp, title, close) {
    const key = JSON.stringify(catchUp);
    if (key === this.told) return;
    this.told = key;
    this.news.hidden = !catchUp;
    if (!catchUp) return;
    this.news.dataset.state = catchUp.state;
    const body = { running, done, failed }[catchUp.state](catchUp, title);
    const closer = el("button", { class: "icon-button", type: "button", title: "Close", on: { click: close } }, icon("close"), el("span", { class: "visually-hidden" }, "Close"));
    this.news.replaceChildren(el("div", { class: "lab-news-text" }, ...body), catchUp.state === "running" ? "" : closer);
  }
}

function running({ phase, at, done: count, of }, title) {
  const label = `Catching you up to “${title}”`;
  const waits = phase === "waiting";
  const bar = el("progress", { max: String(Math.max(of, 1)), value: waits ? null : String(count), "aria-label": label });
  const how = waits ? "A fresh sandbox is on its way." : `${count} of ${of} parts are replayed.${at ? ` Now: ${at}.` : ""} You can watch it in the terminal; do not type there yet.`;
  return [el("p", {}, el("strong", {}, `${label}…`)), bar, el("p", {}, how)];
}

function done(catchUp, title) {
  return [el("p", {}, el("strong", {}, `You are caught up to “${title}”.`)), ...filesOf(catchUp).map((sentence) => el("p", {}, sentence))];
}

function failed({ message }, title) {
  return [el("p", {}, el("strong", {}, `You could not be caught up to “${title}”.`)), el("p", {}, message || "Something went wrong on the way. Try again, or reset the lab.")];
}
