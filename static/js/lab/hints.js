import { hintTitle } from "./describe.js";

/** Hints of a step, which open one after another, and its solution. What was opened is told, once. */
export class Hints {
  /**
   * @param {import("./sections.js").Section} section
   * @param {{onHint?: (number: number) => void, onSolution?: () => void}} told a hint's number begins at 1
   */
  constructor(section, { onHint = () => {}, onSolution = () => {} } = {}) {
    Object.assign(this, { hints: section.hints, onHint, onSolution });
    this.opened = 0;
    this.solved = false;
    this.hints.forEach((hint, index) => this.prepare(hint, index));
    for (const solution of section.solutions) solution.addEventListener("toggle", () => solution.open && this.solve());
    this.render();
  }

  prepare(hint, index) {
    const summary = hint.querySelector("summary");
    summary.textContent = hintTitle(index + 1, this.hints.length);
    summary.addEventListener("click", (event) => this.isClosed(index) && event.preventDefault());
    hint.addEventListener("toggle", () => {
      if (!hint.open) return;
      // The browser's own search opens what it finds, in whatever order.
      if (this.isClosed(index)) hint.open = false;
      else if (index === this.opened) this.open(index);
    });
  }

  /** Whether the hint before it has not been opened yet. */
  isClosed(index) {
    return index > this.opened;
  }

  open(index) {
    this.opened = index + 1;
    this.render();
    this.onHint(index + 1);
  }

  solve() {
    if (this.solved) return;
    this.solved = true;
    this.onSolution();
  }

  /** What the server knows of it. @param {import("./api.js").Step} step */
  update({ hints, solution }) {
    this.solved ||= solution;
    if (hints <= this.opened) return;
    this.opened = hints;
    this.render();
  }

  render() {
    this.hints.forEach((hint, index) => {
      const closed = this.isClosed(index);
      const summary = hint.querySelector("summary");
      hint.classList.toggle("closed", closed);
      if (closed) {
        summary.setAttribute("aria-disabled", "true");
        summary.title = `Open ${hintTitle(index, this.hints.length).toLowerCase()} first`;
      } else {
        summary.removeAttribute("aria-disabled");
        summary.removeAttribute("title");
      }
    });
  }
}
