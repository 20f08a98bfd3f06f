import { pageKeys } from "../site/keys.js";
import { nextOpen } from "./describe.js";

/** The neighbour of a step. @param {string[]} anchors @param {string} at "" above the first @param {1 | -1} by @returns {string | null} */
export function neighbour(anchors, at, by) {
  return anchors[anchors.indexOf(at) + by] ?? null;
}

/** N and P go from step to step, V checks the one that is being read. @param {import("./lab.js").Lab} lab */
export function labKeys(lab) {
  const move = (by) => {
    const anchor = neighbour(lab.sections.map((section) => section.anchor), lab.reading, by);
    if (!anchor) return false;
    lab.goTo(anchor);
    return true;
  };
  pageKeys({
    n: () => move(1),
    p: () => move(-1),
    v: () => {
      const anchor = lab.reading || nextOpen(lab.steps)?.step;
      if (!anchor || lab.bench !== "ready") return false;
      lab.ask(anchor);
      return true;
    },
  });
}
