import { el, icon } from "../lib/dom.js";
import { formatElapsed } from "../lib/clock.js";

/**
 * Shows what `describe` says. Rendered anew only when it differs, so that the focus stays on a button.
 */
export class PanelView {
  /** @param {HTMLElement} root @param {{signIn: string, clock: import("../lib/clock.js").ServerClock}} options */
  constructor(root, { signIn, clock }) {
    Object.assign(this, { root, signIn, clock, shown: "" });
  }

  /** @param {import("./describe.js").Panel | null} panel @param {{busy: string, error: Error | null}} extra */
  render(panel, { busy, error }) {
    this.root.hidden = panel === null;
    const key = JSON.stringify([panel, busy, error?.message]);
    if (panel === null || key === this.shown) return;
    this.shown = key;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    this.panel = panel;
    this.root.replaceChildren(this.card(panel, busy, error));
    this.tick();
    if (focused) (this.root.querySelector(`[data-action="${focused}"]`) ?? this.root.querySelector("button, a"))?.focus();
  }

  card(panel, busy, error) {
    return el(
      "div",
      { class: "panel-card", "data-tone": panel.tone },
      icon(panel.icon, "icon panel-art"),
      el("h2", {}, panel.title),
      panel.text ? el("p", {}, panel.text) : null,
      panel.spinner ? el("span", { class: "spinner", "aria-hidden": "true" }) : null,
      panel.steps ? this.steps(panel.steps) : null,
      panel.elapsedFrom ? el("p", { class: "elapsed" }, el("span", { "data-elapsed": "" })) : null,
      error ? el("div", { class: "callout error panel-error", role: "alert", "data-error": error.code ?? "" }, el("p", {}, error.message)) : null,
      panel.actions.length ? el("div", { class: "button-row" }, ...panel.actions.map((each) => this.button(each, busy))) : null,
    );
  }

  steps(steps) {
    const words = { done: " (done)", active: " (under way)", todo: "" };
    return el(
      "ol",
      { class: "steps" },
      ...steps.map(({ label, status }) =>
        el("li", { "data-step": status }, el("span", {}, label, el("span", { class: "visually-hidden" }, words[status]))),
      ),
    );
  }

  button({ action, label, quiet }, busy) {
    if (action === "sign-in") return el("a", { class: "button large", href: this.signIn }, label);
    const working = busy === action;
    return el(
      "button",
      { class: quiet ? "button secondary" : "button large", type: "button", "data-action": action, "aria-disabled": working ? "true" : null },
      working ? "One moment…" : label,
    );
  }

  /** Once a second: the elapsed time. */
  tick() {
    const place = this.root.querySelector("[data-elapsed]");
    if (!place || this.root.hidden) return;
    place.textContent = `${formatElapsed(this.clock.now() - Date.parse(this.panel.elapsedFrom))} so far`;
  }
}
