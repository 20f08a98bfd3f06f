/**
 * What a click on a run block types is worked out on the server (labs/keystrokes.py), so that page and proof type the same.
 *
 * @typedef {{kind: "paste" | "line" | "keys", text: string}} Keystroke
 */

/** @param {string} source @returns {string[]} without blank lines at both ends and without line ends of other systems */
export function commandLines(source) {
  return source.replace(/\r\n?/g, "\n").replace(/^(?:[ \t]*\n)+|\s+$/g, "").split("\n");
}

/** Whether a line of the screen, up to the cursor, looks like a prompt that waits for input. */
export function looksLikePrompt(line) {
  return /(?:[#$%>]|\w:) ?$/.test(line) && line.trim() !== "";
}
