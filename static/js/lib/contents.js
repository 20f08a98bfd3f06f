import { recall } from "./storage.js";

/** From this width on there is room for the contents beside a terminal of a hundred columns. */
const ROOMY = "(min-width: 100rem)";

/** @returns {string} "open" or "closed": what was chosen in this browser, else what leaves the terminal enough room */
export function contentsChoice() {
  return recall("contents", null) ?? (window.matchMedia(ROOMY).matches ? "open" : "closed");
}
