import { announce } from "../lib/announce.js";
import { ask } from "../lib/dom.js";

/** How often a page asks how far a catch-up is, ms. */
const POLL_EVERY = 1_000;

/** Reset and catch-up: both begin with a question and end in a fresh sandbox. */
export class Anew {
  /** @param {import("./lab.js").Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.catchUp = null;
    this.following = null;
  }

  get isRunning() {
    return this.following !== null;
  }

  /** Ends with the catch-up that runs, at once where none does. */
  async over() {
    await this.following;
  }

  async reset() {
    const { lab } = this;
    if (!(await ask(document.getElementById("reset-dialog")))) return;
    await lab.attempt(async () => {
      const message = await lab.watcher.alone(() => lab.api.reset());
      announce("You get a fresh sandbox.");
      lab.page.apply(message);
      await lab.refresh();
    });
  }

  /** @param {string} anchor the step to be caught up to */
  async catchUpTo(anchor) {
    const { lab } = this;
    const dialog = document.getElementById("catch-up-dialog");
    dialog.querySelector("[data-catch-up-title]").textContent = lab.titleOf(anchor);
    if (this.isRunning || !(await ask(dialog))) return;
    await lab.attempt(async () => lab.apply(await lab.watcher.alone(() => lab.api.catchUp(anchor))));
  }

  /** What the server says of a catch-up. One that ended before this page was opened is no news. @param {import("./api.js").CatchUp | null | undefined} catchUp */
  update(catchUp) {
    if (catchUp?.state === "running") {
      this.catchUp = catchUp;
      this.following ??= this.follow();
    } else if (this.isRunning && catchUp) {
      this.catchUp = catchUp;
    }
  }

  close() {
    this.catchUp = null;
    this.lab.render();
  }

  async follow() {
    const { lab } = this;
    lab.watcher.pause();
    announce(`You are being caught up to “${lab.titleOf(this.catchUp.step)}”.`);
    while (this.catchUp?.state === "running" && lab.page.signedIn) {
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY));
      await lab.attempt(async () => lab.apply(await lab.api.state()));
    }
    this.following = null;
    this.ended();
  }

  ended() {
    const { lab, catchUp } = this;
    if (!catchUp || catchUp.state === "running") return;
    const title = lab.titleOf(catchUp.step);
    announce(catchUp.state === "done" ? `You are caught up to “${title}”.` : `You could not be caught up to “${title}”.`);
    lab.changed();
    if (catchUp.state === "done") lab.show(catchUp.step);
  }
}
