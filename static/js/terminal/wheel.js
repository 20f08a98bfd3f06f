/** Sequences that tmux maps to scrolling: three lines up or down, a page up or down, back to the prompt. */
export const SCROLL_UP = "\x1b[9001~";
export const SCROLL_DOWN = "\x1b[9002~";
export const PAGE_UP = "\x1b[9003~";
export const PAGE_DOWN = "\x1b[9004~";
export const LEAVE_HISTORY = "\x1b[9005~";
export const LINES_A_STEP = 3;
/** So that one violent flick of a trackpad does not queue up seconds of scrolling. */
const MOST_STEPS = 10;

/** Gathers pixels, lines or pages of a wheel or a finger into whole steps. */
export class Scroller {
  constructor() {
    this.rest = 0;
  }

  /**
   * @param {number} lines moved since the last call; negative is up; fractions add up
   * @returns {string} the sequences to send, "" while less than a step has gathered
   */
  move(lines) {
    if (Math.sign(lines) !== Math.sign(this.rest)) this.rest = 0;
    this.rest += lines;
    const steps = Math.trunc(this.rest / LINES_A_STEP);
    if (steps === 0) return "";
    this.rest -= steps * LINES_A_STEP;
    return (steps < 0 ? SCROLL_UP : SCROLL_DOWN).repeat(Math.min(MOST_STEPS, Math.abs(steps)));
  }
}

/**
 * @param {{deltaY: number, deltaMode: number}} event
 * @param {{lineHeight: number, rows: number}} screen lineHeight in CSS pixels
 * @returns {number} lines, with fractions
 */
export function wheelLines(event, { lineHeight, rows }) {
  if (event.deltaMode === 1) return event.deltaY;
  if (event.deltaMode === 2) return event.deltaY * rows;
  return event.deltaY / lineHeight;
}
