import { announce } from "../lib/announce.js";

/** What was last selected in any terminal of this page: what the middle button pastes, as X11 does. */
let selection = "";

export function rememberSelection(text) {
  if (text) selection = text;
}

/**
 * Puts text on the clipboard. The asynchronous interface exists only on https and localhost; a
 * workshop server in a class room often has neither, so the old command stands behind it.
 * @returns {Promise<boolean>}
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text) {
  const fill = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", fill, { capture: true, once: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", fill, { capture: true });
  return done;
}

/** For programs that set the clipboard (OSC 52). They may write to it, never read it. */
export const programClipboard = {
  readText: async () => "",
  writeText: async (_, text) => {
    rememberSelection(text);
    if (await copyText(text)) announce("Copied by the program in the terminal.");
  },
};

async function clipboardText() {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return "";
  }
}

/**
 * The middle button: on Linux the browser pastes the primary selection by itself; where it did not,
 * what was last selected here is pasted, else the clipboard.
 * @param {HTMLElement} element @param {(text: string) => void} paste
 */
export function middleButtonPastes(element, paste) {
  let pasted = false;
  element.addEventListener("paste", () => (pasted = true), { capture: true });
  element.addEventListener("mousedown", (event) => {
    if (event.button === 1) pasted = false;
  });
  element.addEventListener("auxclick", (event) => {
    if (event.button !== 1) return;
    setTimeout(async () => {
      if (pasted) return;
      const text = selection || (await clipboardText());
      if (text) paste(text);
    }, 60);
  });
}
