import { announce } from "../lib/announce.js";
import { icon } from "../lib/dom.js";
import { post } from "./post.js";

/** The buttons at the end of a page, and the marks in the contents. */
export class DoneBar {
  constructor(frame) {
    this.frame = frame;
    this.url = frame.dataset.doneUrl;
    this.csrf = frame.querySelector(".learn").dataset.csrf;
    this.bar = frame.querySelector("[data-done-bar]");
    if (!this.bar) return;
    this.button = this.bar.querySelector("[data-done]");
    this.onward = this.bar.querySelector("[data-done-next]");
    this.problem = this.bar.querySelector("[data-done-problem]");
    this.bar.hidden = false;
    this.button.addEventListener("click", () => this.set(!this.isDone));
    this.onward?.addEventListener("click", async () => {
      if (this.isDone || (await this.set(true))) window.location.assign(this.onward.dataset.doneNext);
    });
  }

  get isDone() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  async set(done) {
    this.problem.hidden = true;
    try {
      const { pages } = await post(this.url, { done: String(done) }, this.csrf);
      this.show(done, pages);
      announce(done ? "Marked as done." : "No longer marked as done.");
      return true;
    } catch (error) {
      this.problem.textContent = error.message;
      this.problem.hidden = false;
      return false;
    }
  }

  /** @param {boolean} done @param {string[]} pages the slugs of all pages of the module that are done */
  show(done, pages) {
    this.button.setAttribute("aria-pressed", String(done));
    this.button.querySelector("span").textContent = done ? "Done" : "Mark as done";
    for (const item of this.frame.querySelectorAll("[data-contents] [data-page]")) {
      const isDone = pages.includes(item.dataset.page);
      const mark = item.querySelector(".outline-mark");
      item.classList.toggle("done", isDone);
      mark.replaceChildren(isDone ? icon("check") : mark.dataset.number);
      item.querySelector("[data-done-word]").textContent = isDone ? " (done)" : "";
    }
    const count = this.frame.querySelector("[data-done-count]");
    if (count) count.textContent = String(pages.length);
  }
}
