/** The next heading comes to about this part of the pane's height, so that what has just turned green stays in view. */
const REST = 0.6;
/** Further than this part of a pane's height is text that has not been read: it is not to be rushed past. */
const FURTHEST = 0.75;
/** Whoever scrolled, ms ago, is reading. */
const READING = 3_000;
/** Between the bar and a heading that was gone to, px. */
const SPACE = 12;
const SCROLLS = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "];

/**
 * How far to scroll so that a heading below comes into view; 0 where it is in view already, or better left where it is.
 * @param {{top: number, height: number}} given the heading's distance from the pane's upper edge, and the pane's height
 */
export function gentleDistance({ top, height }) {
  const distance = Math.round(top - REST * height);
  if (distance <= 0 || distance > FURTHEST * height) return 0;
  return distance;
}

/** Moves the text on when a step is done, unless that would pull it away from under somebody's eyes. */
export class Scroller {
  /** @param {HTMLElement} pane what scrolls @param {HTMLElement} bar what covers its upper edge */
  constructor(pane, bar) {
    Object.assign(this, { pane, bar });
    this.readAt = -Infinity;
    const reads = () => (this.readAt = performance.now());
    for (const type of ["wheel", "touchmove"]) pane.addEventListener(type, reads, { passive: true });
    pane.addEventListener("keydown", (event) => SCROLLS.includes(event.key) && reads());
  }

  /** @param {HTMLElement} heading */
  onTo(heading) {
    if (performance.now() - this.readAt < READING) return;
    const pane = this.pane.getBoundingClientRect();
    const top = gentleDistance({ top: heading.getBoundingClientRect().top - pane.top, height: pane.height });
    if (top > 0) this.pane.scrollBy({ top, behavior: this.behavior });
  }

  /** Goes there, because somebody asked for it. @param {HTMLElement} element */
  to(element) {
    const top = element.getBoundingClientRect().top - this.bar.getBoundingClientRect().bottom - SPACE;
    this.pane.scrollBy({ top, behavior: this.behavior });
  }

  get behavior() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  }
}
