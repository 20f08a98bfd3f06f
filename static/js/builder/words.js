/**
 * What is said aloud after a change, found by comparing the items before and after it.
 * @typedef {{title: string, starts: string, minutes: number, day: number}} Item
 * @param {Map<string, Item>} before
 * @param {Map<string, Item>} after
 * @param {string} subject the id of the item that the change was about, "" for none
 * @returns {string} a sentence, "" where there is nothing to say
 */
export function describe(before, after, subject = "") {
  const added = [...after].filter(([id]) => !before.has(id)).map(([, item]) => item);
  const removed = [...before].filter(([id]) => !after.has(id)).map(([, item]) => item);
  const days = new Set([...after.values()].map((item) => item.day)).size;
  const place = (item) => (days > 1 ? `${item.starts} on day ${item.day}` : item.starts);
  if (added.length === 1 && removed.length === 0) return `${added[0].title} added at ${place(added[0])}.`;
  if (removed.length === 1 && added.length === 0) return `${removed[0].title} removed.`;
  if (added.length || removed.length) return `${added.length} added, ${removed.length} removed.`;
  const [was, is] = [before.get(subject), after.get(subject)];
  if (was && is) {
    if (was.minutes !== is.minutes) return `${is.title} takes ${is.minutes} minutes.`;
    if (was.starts !== is.starts || was.day !== is.day || place(was) !== place(is)) return `${is.title} moved to ${place(is)}.`;
    return "";
  }
  const moved = [...after].filter(([id, item]) => before.get(id).starts !== item.starts || before.get(id).day !== item.day);
  return moved.length ? "The times have changed." : "";
}

/** @returns {string} what is said when the number of conflicts has changed */
export function problems(before, after) {
  if (before === after) return "";
  return after === 0 ? " No conflicts." : ` ${after} ${after === 1 ? "thing" : "things"} to look at.`;
}

/**
 * What the bar says about saving.
 * @param {{step: "sending" | "waiting" | "stopped" | "idle", trouble: string, until?: number}} news
 * @param {number} now ms
 */
export function stateLine({ step, trouble, until }, now) {
  if (step === "idle") return "All changes are saved";
  if (step === "sending") return trouble ? `${trouble} Trying again…` : "Saving…";
  if (step === "stopped") return trouble;
  const seconds = Math.max(1, Math.ceil((until - now) / 1000));
  return `${trouble} Trying again in ${seconds} s.`;
}
