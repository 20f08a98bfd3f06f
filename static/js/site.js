import { closeMenus, setIcon } from "./lib/dom.js";
import { recall, remember } from "./lib/storage.js";
import { agendaTable } from "./site/agenda.js";
import { filters } from "./site/filters.js";
import { siteKeys } from "./site/keys.js";
import { packForm } from "./site/pack.js";

const THEMES = ["auto", "light", "dark"];
const WORDS = { auto: "as the system", light: "light", dark: "dark" };
const ICONS = { auto: "auto", light: "sun", dark: "moon" };

function themeSwitch(button) {
  const show = () => {
    const now = recall("theme", "auto");
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    setIcon(button, ICONS[now] ?? "auto");
    button.setAttribute("aria-label", `Colours: ${WORDS[now]}. Change to ${WORDS[next]}`);
    button.title = `Colours: ${WORDS[now]}`;
    button.dataset.next = next;
  };
  button.addEventListener("click", () => {
    remember("theme", button.dataset.next);
    document.dispatchEvent(new Event("drydock:theme"));
    show();
  });
  show();
  button.hidden = false;
}

document.querySelectorAll("[data-theme-switch]").forEach(themeSwitch);
closeMenus();
siteKeys();
document.querySelectorAll("[data-agenda]").forEach(agendaTable);
document.querySelectorAll("[data-filters]").forEach((form) => filters(form, document.querySelector("[data-results]")));
document.querySelectorAll("[data-pack]").forEach(packForm);
