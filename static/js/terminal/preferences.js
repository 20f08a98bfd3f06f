import { recall, remember } from "../lib/storage.js";
import { THEMES } from "./themes.js";

const SMALLEST = 9;
const LARGEST = 28;
/** Small enough that the tables of docker ps fit beside the text on a laptop. */
const USUAL = 13;

/** How terminals look in this browser. Dispatches `change`. */
class Preferences extends EventTarget {
  get fontSize() {
    const size = Number(recall("terminal.fontSize", USUAL));
    return size >= SMALLEST && size <= LARGEST ? size : USUAL;
  }

  /** @param {number} by pixels */
  stepFont(by) {
    this.save("terminal.fontSize", Math.min(LARGEST, Math.max(SMALLEST, this.fontSize + by)));
  }

  get theme() {
    const theme = recall("terminal.theme", "dark");
    return theme in THEMES ? theme : "dark";
  }

  set theme(name) {
    this.save("terminal.theme", name);
  }

  get screenReader() {
    return recall("terminal.screenReader", "false") === "true";
  }

  set screenReader(on) {
    this.save("terminal.screenReader", on);
  }

  save(key, value) {
    remember(key, value);
    this.dispatchEvent(new Event("change"));
  }
}

export const preferences = new Preferences();
