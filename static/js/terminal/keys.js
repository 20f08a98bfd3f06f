import { announce } from "../lib/announce.js";
import { copyText } from "./clipboard.js";
import { preferences } from "./preferences.js";
import { PAGE_DOWN, PAGE_UP } from "./wheel.js";

/**
 * Keys that belong to the page and not to the shell.
 * @param {{term: import("@xterm/xterm").Terminal, type: (text: string) => void, leave: () => void, search: () => void}} actions
 * @returns {(event: KeyboardEvent) => boolean} for attachCustomKeyEventHandler: false keeps a key from the shell
 */
export function keyHandler({ term, type, leave, search }) {
  const doing = {
    "F6": leave,
    "Shift+PageUp": () => type(PAGE_UP),
    "Shift+PageDown": () => type(PAGE_DOWN),
    "Ctrl+Shift+KeyC": () => copySelection(term()),
    "Ctrl+Shift+KeyF": search,
    "Ctrl+Shift+Equal": () => preferences.stepFont(1),
    "Ctrl+Shift+NumpadAdd": () => preferences.stepFont(1),
    "Ctrl+Shift+Minus": () => preferences.stepFont(-1),
    "Ctrl+Shift+NumpadSubtract": () => preferences.stepFont(-1),
  };
  return (event) => {
    if (event.type !== "keydown") return true;
    const name = `${event.ctrlKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.code}`;
    // Left to the browser, which answers with a paste event that xterm.js takes: no permission is asked for.
    if (name === "Ctrl+Shift+KeyV") return false;
    if (!(name in doing)) return true;
    event.preventDefault();
    event.stopPropagation();
    doing[name]();
    return false;
  };
}

async function copySelection(term) {
  const text = term.getSelection();
  if (!text) return;
  announce((await copyText(text)) ? "Copied." : "The browser did not allow copying.");
}
