/**
 * What a click on a run block types. A block is commands in lines, and there are two ways:
 *
 * - line by line, each when the one before has its prompt back: so every command stands above its own
 *   output, and a block may enter another program on the way (`docker run -it …`, then commands inside,
 *   then `exit`), which a pasted block cannot, since the outer shell alone would read it;
 * - one paste and Enter, where lines belong together (a here-document, a loop, a quote over several
 *   lines, tabs): they arrive as they are printed.
 *
 * A line such as `^C` is the key itself, after the program had time to show something.
 *
 * @typedef {{kind: "paste" | "line" | "keys", text: string}} Step
 */

const KEYS = /^(\^[A-Z@[\\\]_])+$/;
const ENTERS = /\b(run|exec|start|attach)\b(?=.*\s-(?:-interactive\b|-tty\b|-attach\b|[a-z]*[it]))|^\s*(?:ssh|bash|sh|su|python3?)(?:\s+\S+)?\s*$|\bdocker\s+attach\b/;
const DETACHED = /\s-(?:-detach\b|[a-z]*d[a-z]*\s)/;
const LEAVES = /^\s*(exit|logout)\s*$/;

/** @param {string} source @returns {string[]} without blank lines at both ends and without line ends of other systems */
export function commandLines(source) {
  return source.replace(/\r\n?/g, "\n").replace(/^(?:[ \t]*\n)+|\s+$/g, "").split("\n");
}

/** Whether the lines after one of these are meant for another program than the shell. */
export function isInteractive(lines) {
  if (lines.some((line) => KEYS.test(line.trim()))) return true;
  const entersAt = lines.findIndex((line) => /\bdocker\b|^\s*(?:ssh|su|bash|sh|python3?)\b/.test(line) && ENTERS.test(line) && !DETACHED.test(`${line} `));
  if (entersAt < 0 || entersAt === lines.length - 1) return false;
  return lines.slice(entersAt + 1).some((line) => LEAVES.test(line) || line.trim() !== "");
}

/** Whether a line is a command of its own: nothing is open at its end, and nothing before it was. */
export function isWhole(line) {
  if (line.trim() === "" || /^\s|\t|<<|[\\|&({]\s*$/.test(line)) return false;
  if (/^(for|while|until|if|case|do|then|else|elif|fi|done|esac|select|function|[})])\b/.test(line)) return false;
  const bare = line.replace(/\\./g, "").replace(/"[^"]*"|'[^']*'/g, "");
  return !/["'`]/.test(bare.replace(/`[^`]*`/g, ""));
}

/** "^C" -> "\x03"; "^P^Q" -> "\x10\x11" */
export function keysOf(line) {
  return line.trim().replace(/\^(.)/g, (_, letter) => String.fromCharCode(letter.charCodeAt(0) & 0x1f));
}

/** @param {string} source @returns {Step[]} in the order of typing; [] for a block with nothing in it */
export function steps(source) {
  const lines = commandLines(source);
  if (lines.length === 1 && lines[0] === "") return [];
  const together = lines.length === 1 || !lines.every(isWhole);
  if (together && !isInteractive(lines)) return [{ kind: "paste", text: lines.join("\n") }];
  return lines.map((line) => (KEYS.test(line.trim()) ? { kind: "keys", text: keysOf(line) } : { kind: "line", text: line }));
}

/** Whether a line of the screen, up to the cursor, looks like a prompt that waits for input. */
export function looksLikePrompt(line) {
  return /(?:[#$%>]|\w:) ?$/.test(line) && line.trim() !== "";
}
