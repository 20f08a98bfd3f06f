// Classic script in the head: it must run before anything is painted.
import { contentsChoice } from "./lib/contents.js";
import { recall } from "./lib/storage.js";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const choice = recall("theme", "auto");
  document.documentElement.dataset.theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
}

apply();
// Here too, or the column would be seen to go.
document.documentElement.dataset.contents = contentsChoice();
dark.addEventListener("change", apply);
document.addEventListener("drydock:theme", apply);
window.addEventListener("storage", (event) => event.key === "drydock.theme" && apply());
