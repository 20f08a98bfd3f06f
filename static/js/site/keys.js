import { recall, remember } from "../lib/storage.js";

const FIELDS = "input, textarea, select, [contenteditable], .xterm, [role='textbox']";

/** Whether a key belongs to the page: not typed into anything, without a modifier, no dialog open, and keys not turned off. */
export function isPageKey(event, { dialogOpen = false, on = true } = {}) {
  if (!on || dialogOpen || event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target } = event;
  return !(typeof target?.closest === "function" && target.closest(FIELDS));
}

const on = () => recall("single-keys", "on") === "on";

/**
 * Calls the action of a key; an action that returns false leaves the key to the browser.
 * @param {Record<string, () => unknown>} actions by `KeyboardEvent.key`
 */
export function pageKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (!action || !isPageKey(event, { dialogOpen: Boolean(document.querySelector("dialog[open]")), on: on() })) return;
    if (action() !== false) event.preventDefault();
  });
}

export function openHelp() {
  const dialog = document.getElementById("help-dialog");
  dialog?.showModal();
  // The focus is on the button at its end.
  dialog?.scrollTo(0, 0);
}

/** Keys of every page: search and help. */
export function siteKeys() {
  const field = document.querySelector("[data-search-field]");
  const dialog = document.getElementById("search-dialog");
  pageKeys({
    "/": () => {
      if (field) field.focus();
      else if (dialog) dialog.showModal();
      else return false;
      return true;
    },
    "?": openHelp,
  });
  dialog?.querySelector("[data-dialog-close]").addEventListener("click", () => dialog.close());
  for (const box of document.querySelectorAll("[data-single-keys]")) {
    box.checked = on();
    box.addEventListener("change", () => remember("single-keys", box.checked ? "on" : "off"));
  }
}
