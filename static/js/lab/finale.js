import { el, icon } from "../lib/dom.js";
import { timeSpent } from "./describe.js";

/** @param {import("./api.js").LabState} state @returns {string} what the learner has behind them */
export function achieved({ steps, seconds }) {
  const hints = steps.reduce((sum, step) => sum + step.hints, 0);
  const solutions = steps.filter(({ solution }) => solution).length;
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const help = [hints ? count(hints, "hint") : "", solutions ? count(solutions, "solution") : ""].filter(Boolean);
  const how = help.length ? `with ${help.join(" and ")}` : "without a hint";
  return `${count(steps.length, "step")} in ${timeSpent(seconds)}, ${how}.`;
}

/** The card at the end of a lab that is done. */
export class Finale {
  /** @param {HTMLElement} root @param {{address: string, title: string} | null} next the page that comes after */
  constructor(root, next) {
    Object.assign(this, { root, next });
  }

  get isShown() {
    return !this.root.hidden;
  }

  /** @param {import("./api.js").LabState} state */
  render(state) {
    this.root.hidden = !state.finished_at;
    if (!state.finished_at || this.shown === achieved(state)) return;
    this.shown = achieved(state);
    const { next } = this;
    this.root.replaceChildren(
      icon("check", "icon finale-art"),
      el("div", {}, el("h2", { id: "lab-done", tabindex: "-1" }, "Lab done"), el("p", {}, this.shown), next ? el("p", {}, "Next: ", el("a", { href: next.address }, next.title)) : null),
    );
  }
}
