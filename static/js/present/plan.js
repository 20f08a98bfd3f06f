/**
 * Planned minutes at the beginning of each slide: a page's minutes are spread evenly over its slides.
 * @param {{page: string, minutes: number}[]} slides in order; `minutes` are those of the whole page
 * @returns {number[]}
 */
export function plan(slides) {
  const counts = new Map();
  for (const { page } of slides) counts.set(page, (counts.get(page) ?? 0) + 1);
  let at = 0;
  return slides.map(({ page, minutes }) => {
    const start = at;
    at += minutes / counts.get(page);
    return start;
  });
}

/** Milliseconds as "0:07" or "1:02:30". */
export function stopwatch(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * How the time that has gone compares with the plan.
 * @param {number} elapsed milliseconds @param {number} from @param {number} until planned minutes at which the slide begins and ends
 * @returns {{kind: "early" | "fine" | "late", words: string}}
 */
export function pace(elapsed, from, until) {
  const minutes = elapsed / 60_000;
  if (minutes > until + 1) return { kind: "late", words: `${Math.round(minutes - until)} min behind` };
  if (minutes < from - 1) return { kind: "early", words: `${Math.round(from - minutes)} min ahead` };
  return { kind: "fine", words: "on time" };
}

/** A stopwatch that can be held; its state is plain data, so that another window can show it. */
export class Timer {
  constructor(state = { since: null, before: 0 }) {
    this.state = state;
  }

  get runs() {
    return this.state.since !== null;
  }

  elapsed(now = Date.now()) {
    return this.state.before + (this.runs ? now - this.state.since : 0);
  }

  start(now = Date.now()) {
    if (!this.runs) this.state = { ...this.state, since: now };
  }

  hold(now = Date.now()) {
    this.state = { since: null, before: this.elapsed(now) };
  }

  reset() {
    this.state = { since: null, before: 0 };
  }
}

/** @param {HTMLElement} root @returns {{element: HTMLElement, title: string, page: string, minutes: number, notes: string}[]} */
export function slidesOf(root) {
  return [...root.querySelectorAll("section.slide")].map((element) => {
    const stack = element.parentElement.closest("section");
    return {
      element,
      title: element.dataset.title,
      page: stack?.dataset.page ?? "",
      minutes: Number(stack?.dataset.minutes ?? 0),
      notes: element.querySelector("[data-notes]")?.innerHTML ?? "",
    };
  });
}
