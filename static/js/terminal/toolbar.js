import { preferences } from "./preferences.js";
import { LEAVE_HISTORY } from "./wheel.js";

/** Buttons and fields around the terminals. `actions` are called by their data-action. */
export function toolbar({ root, workspace }) {
  const size = root.querySelector("[data-font-size]");
  const theme = root.querySelector("[data-terminal-theme]");
  const reader = root.querySelector("[data-screen-reader]");
  const show = () => {
    size.textContent = String(preferences.fontSize);
    theme.value = preferences.theme;
    reader.checked = preferences.screenReader;
  };
  preferences.addEventListener("change", show);
  theme.addEventListener("change", () => (preferences.theme = theme.value));
  reader.addEventListener("change", () => (preferences.screenReader = reader.checked));
  show();
  const closeMenu = () => root.querySelector("[data-terminal-menu]").removeAttribute("open");
  return {
    "new-terminal": () => workspace.open(),
    "rename-terminal": () => {
      closeMenu();
      workspace.tabs.rename(workspace.active);
    },
    "close-terminal": () => {
      closeMenu();
      workspace.close();
    },
    "font-smaller": () => preferences.stepFont(-1),
    "font-larger": () => preferences.stepFont(1),
    "fullscreen": () => toggleFullScreen(root, workspace),
    "help": () => document.getElementById("help-dialog").showModal(),
  };
}

async function toggleFullScreen(root, workspace) {
  if (document.fullscreenElement) return document.exitFullscreen();
  await root.requestFullscreen?.();
  // Escape belongs to vim. Where the browser allows it, it has to be held to leave.
  await navigator.keyboard?.lock?.(["Escape"]).catch(() => {});
  workspace.focus();
  return undefined;
}

export function followFullScreen(root) {
  const button = root.querySelector('[data-action="fullscreen"]');
  document.addEventListener("fullscreenchange", () => {
    const on = document.fullscreenElement === root;
    button.setAttribute("aria-pressed", String(on));
    if (!on) navigator.keyboard?.unlock?.();
  });
}

/** The search bar: what it finds is tmux's whole history, not only what the browser has. */
export class SearchBar {
  constructor({ form, workspace }) {
    Object.assign(this, { form, workspace });
    this.input = form.querySelector("input");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.find(event.submitter?.value ?? "up");
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && event.target === this.input) {
        event.preventDefault();
        this.find(event.shiftKey ? "down" : "up");
      }
    });
  }

  open() {
    this.form.hidden = false;
    this.input.focus();
    this.input.select();
  }

  find(direction) {
    if (this.input.value) this.workspace.pane?.link?.search(this.input.value, direction);
  }

  close() {
    this.form.hidden = true;
    this.workspace.pane?.link?.type(LEAVE_HISTORY);
    this.workspace.focus();
  }
}

const KEYS = [
  ["Esc", "\x1b", "Esc"],
  ["Tab", "\t", "Tab"],
  ["Ctrl", null, "Ctrl, for the next key"],
  ["^C", "\x03", "Control C, interrupt"],
  ["↑", "\x1b[A", "Up"],
  ["↓", "\x1b[B", "Down"],
  ["←", "\x1b[D", "Left"],
  ["→", "\x1b[C", "Right"],
  ["|", "|", "Pipe"],
  ["/", "/", "Slash"],
  ["-", "-", "Minus"],
];

/** Keys that a touch keyboard lacks; Ctrl holds for one key. */
export function keyBar({ bar, workspace }) {
  for (const [label, sequence, name] of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-label", name);
    if (!sequence) button.setAttribute("aria-pressed", "false");
    // The focus stays in the terminal, or the keyboard would close.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      const { pane } = workspace;
      if (!pane?.link) return;
      if (sequence) pane.link.type(sequence.startsWith("\x1b[") ? arrows(pane, sequence) : sequence);
      else holdControl(pane, button);
    });
    bar.append(button);
  }
}

function arrows(pane, sequence) {
  return pane.screen.term.modes.applicationCursorKeysMode ? sequence.replace("[", "O") : sequence;
}

function holdControl(pane, button) {
  const release = () => {
    pane.modify = null;
    button.setAttribute("aria-pressed", "false");
  };
  if (pane.modify) return release();
  button.setAttribute("aria-pressed", "true");
  pane.modify = (text) => {
    release();
    const code = text.toUpperCase().charCodeAt(0);
    return text.length === 1 && code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text;
  };
  return undefined;
}
