import { el, icon } from "../lib/dom.js";
import { MARK_WORDS } from "./describe.js";

/** The place of a step's check in the text, and the mark at the step's heading. Rendered anew only when it differs. */
export class StepPanel {
  /**
   * @param {import("./sections.js").Section} section
   * @param {{number: number, signIn: string, act: (action: string, anchor: string) => void, goTo: (anchor: string) => void}} options
   */
  constructor(section, { number, signIn, act, goTo }) {
    Object.assign(this, { anchor: section.anchor, root: section.panel, number, signIn, act, goTo, shown: "" });
    this.title = section.heading.textContent.replace(/#$/, "").trim();
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", `Step ${number}: ${this.title}`);
    this.badge = el("span", { class: "step-mark", "aria-hidden": "true" });
    this.word = el("span", { class: "visually-hidden" });
    section.heading.classList.add("step-heading");
    section.heading.prepend(this.badge);
    section.heading.insertBefore(this.word, section.heading.querySelector(".heading-link"));
  }

  /** @param {import("./describe.js").View} view @returns {boolean} whether it looks different now */
  render(view) {
    const key = JSON.stringify([view, view.next?.step]);
    if (key === this.shown) return;
    this.shown = key;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    this.root.dataset.state = view.tone;
    this.root.replaceChildren(...this.parts(view));
    if (focused) this.focus(focused);
    this.heading(view.mark);
  }

  heading(mark) {
    this.badge.dataset.mark = mark;
    this.badge.replaceChildren(mark === "done" || mark === "earlier" ? icon("check") : mark === "locked" ? icon("lock") : String(this.number));
    this.word.textContent = ` (${MARK_WORDS[mark]})`;
  }

  parts(view) {
    return [
      el(
        "div",
        { class: "step-said" },
        view.icon ? icon(view.icon, "icon step-icon") : el("span", { class: "spinner", "aria-hidden": "true" }),
        el("div", {}, el("p", { class: "step-title" }, view.title), view.text ? el("p", {}, view.text) : null),
      ),
      this.buttons(view),
    ];
  }

  buttons({ actions, next, tone }) {
    if (actions.length === 0 && !next) return "";
    const word = tone === "locked" ? "Go to" : "Next:";
    return el(
      "div",
      { class: "step-actions" },
      ...actions.map((action) => this.button(action)),
      next
        ? el("a", { class: "button small quiet step-next", href: `#${next.step}`, "data-action": "next", on: { click: (event) => this.follow(event, next.step) } }, `${word} ${next.title}`, icon("down"))
        : null,
    );
  }

  button({ action, label, quiet }) {
    const kind = quiet ? "quiet" : "secondary";
    if (action === "sign-in") return el("a", { class: "button small", href: this.signIn, "data-action": action }, label);
    return el("button", { class: `button small ${kind}`, type: "button", "data-action": action, on: { click: () => this.act(action, this.anchor) } }, label);
  }

  follow(event, anchor) {
    event.preventDefault();
    this.goTo(anchor);
  }

  /** Keeps the focus where it was, as far as that is still there. */
  focus(action) {
    const button = this.root.querySelector(`[data-action="${action}"]`) ?? this.root.querySelector("button, a");
    if (button) button.focus({ preventScroll: true });
    else {
      this.root.tabIndex = -1;
      this.root.focus({ preventScroll: true });
    }
  }
}
