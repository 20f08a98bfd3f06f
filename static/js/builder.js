import { Board } from "./builder/board.js";
import { catalogue } from "./builder/catalogue.js";
import { drag } from "./builder/drag.js";
import { fields } from "./builder/fields.js";
import { keys } from "./builder/keys.js";
import { news } from "./builder/news.js";
import { Queue } from "./builder/queue.js";
import { ask } from "./lib/dom.js";

const root = document.querySelector("[data-builder]");
root.classList.add("scripted");

const board = new Board(root);
const queue = new Queue({ root, board });
const autosave = fields({ root, board, queue });
catalogue({ root, board });
drag({ root, board, queue });
keys({ root, board, queue, autosave });
news({ root, board, queue, autosave });

/** Every form of the board is sent by the queue, exactly as the browser would send it. */
root.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-confirm]")) {
    event.preventDefault();
    ask(document.getElementById(form.dataset.confirm)).then((yes) => yes && form.submit());
  } else if (form.matches("[data-operate]")) {
    event.preventDefault();
    if (form.matches("[data-autosave]")) return autosave.flush();
    autosave.flush();
    queue.sendForm(form, event.submitter);
  }
});

for (const button of root.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    const words = button.querySelector("[data-copy-text]");
    try {
      await navigator.clipboard.writeText(field.value);
      words.textContent = "Copied";
    } catch {
      field.select();
      words.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (words.textContent = "Copy"), 4000);
  });
}
