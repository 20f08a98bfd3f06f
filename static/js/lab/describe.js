/**
 * The words for each state of a step and of a lab. Pure, so that a test can hold every state.
 *
 * @typedef {import("./api.js").Step} Step
 * @typedef {import("./api.js").LabState} LabState
 * @typedef {"signed-out" | "none" | "coming" | "ready" | "gone" | "catching-up"} Bench how the sandbox is, as far as a lab minds
 * @typedef {{action: "check" | "start" | "catch-up" | "sign-in", label: string, quiet?: boolean}} Action
 * @typedef {{mark: Mark, tone: "open" | "done" | "earlier" | "locked" | "checking" | "broken", icon: string, title: string,
 *   text: string, actions: Action[], next: Step | null}} View
 * @typedef {"open" | "done" | "earlier" | "locked"} Mark
 */

const COMING = ["waiting", "preparing"];
const GONE = ["stopping", "stopped", "expired", "failed", "lost"];

/** @returns {Bench} */
export function bench({ sandbox, signedIn, catchingUp }) {
  if (!signedIn) return "signed-out";
  if (catchingUp) return "catching-up";
  if (!sandbox) return "none";
  if (COMING.includes(sandbox.state)) return "coming";
  return GONE.includes(sandbox.state) ? "gone" : "ready";
}

/** @param {Step} step @returns {Mark} */
export function mark(step) {
  if (step.done_at) return step.earlier ? "earlier" : "done";
  return step.locked ? "locked" : "open";
}

export const MARK_WORDS = { open: "to do", done: "done", earlier: "done in an earlier sandbox", locked: "locked" };

/** The next step that is to do after one: below it, else from the top. @param {Step[]} steps @returns {Step | null} */
export function nextOpen(steps, anchor = "") {
  const at = steps.findIndex(({ step }) => step === anchor);
  const inOrder = [...steps.slice(at + 1), ...steps.slice(0, Math.max(at, 0))];
  return inOrder.find(({ done_at, locked }) => !done_at && !locked) ?? null;
}

/** "at 14:02" today, "on 3 May at 14:02" on another day. @param {string} iso @param {number} now milliseconds */
export function whenDone(iso, now) {
  const moment = new Date(iso);
  const time = moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (moment.toDateString() === new Date(now).toDateString()) return `at ${time}`;
  return `on ${moment.toLocaleDateString("en-GB", { day: "numeric", month: "long" })} at ${time}`;
}

/** "less than a minute", "12 min", "1 h 5 min" */
export function timeSpent(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return "less than a minute";
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "3 of 6 steps · 12 min" @param {LabState} state */
export function progressLine(state, seconds = state.seconds) {
  const done = state.steps.filter(({ done_at }) => done_at).length;
  const steps = `${done} of ${state.steps.length} ${state.steps.length === 1 ? "step" : "steps"}`;
  return seconds >= 60 ? `${steps} · ${timeSpent(seconds)}` : steps;
}

/** "Hint 1 of 3"; the only hint has no number. */
export function hintTitle(number, count) {
  return count === 1 ? "Hint" : `Hint ${number} of ${count}`;
}

/** A list of names as a sentence has it. @param {string[]} names */
export function listed(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/**
 * Answers of checks come only with the round that asked for them: what was said of a step stays until it is said anew.
 * @param {LabState | null} before @param {LabState} after @returns {LabState}
 */
export function withAnswers(before, after) {
  if (!before || before.sandbox !== after.sandbox) return after;
  const known = new Map(before.steps.map((step) => [step.step, step]));
  const steps = after.steps.map((step) => {
    const old = known.get(step.step);
    if (!old || step.here !== null || step.broken) return step;
    return { ...step, here: old.here, message: old.message, broken: old.broken };
  });
  return { ...after, steps };
}

/**
 * @param {{step: Step, steps: Step[], bench: Bench, asking?: boolean, touched?: boolean, now: number}} given
 *   asking: the learner waits for an answer; touched: the learner did something about this step on this page
 * @returns {View}
 */
export function stepView({ step, steps, bench: where, asking = false, touched = false, now }) {
  const is = mark(step);
  if (asking) return { mark: is, tone: "checking", icon: "", title: "Checking…", text: "", actions: [], next: null };
  if (step.broken && where === "ready") return broken(step, steps, is);
  return { open, done, earlier, locked }[is]({ step, steps, where, touched, now, mark: is });
}

const again = { action: "check", label: "Check again", quiet: true };
const check = { action: "check", label: "Check" };
const catchUp = { action: "catch-up", label: "Catch me up", quiet: true };
const isFirst = (step, steps) => steps[0] === step;

function broken(step, steps, is) {
  return {
    mark: is,
    tone: "broken",
    icon: "warning",
    title: "This could not be checked",
    text: step.broken,
    actions: [{ ...check, label: "Check again" }, ...(isFirst(step, steps) ? [] : [catchUp])],
    next: null,
  };
}

function open({ step, steps, where, touched, mark: is }) {
  const current = nextOpen(steps)?.step === step.step;
  const view = { mark: is, tone: "open", icon: "circle", title: "Not done yet", text: "", actions: [], next: null };
  const up = isFirst(step, steps) ? [] : [catchUp];
  if (where === "ready") {
    const told = touched || step.attempts > 0 ? step.message : "";
    return { ...view, text: told || (current ? "It turns green by itself when it is done." : ""), actions: [check, ...up] };
  }
  return { ...view, ...offline(where, current, up) };
}

/** What stands in a step that cannot be checked now; only the current one has the button that helps. */
function offline(where, current, up) {
  const start = { action: "start", label: where === "gone" ? "Start a new sandbox" : "Start sandbox" };
  return {
    "signed-out": { text: "You are signed out. Sign in again to go on.", actions: current ? [{ action: "sign-in", label: "Sign in" }] : [] },
    "none": { text: "It is checked once your sandbox runs.", actions: current ? [start, ...up] : up },
    "gone": { text: "Your sandbox is gone. It is checked once a new one runs.", actions: current ? [start, ...up] : up },
    "coming": { text: "Your sandbox is on its way.", actions: [] },
    "catching-up": { text: "You are being caught up.", actions: [] },
  }[where];
}

function done({ step, steps, where, now, mark: is }) {
  const later = step.here === false && where === "ready" ? "It is no longer so in your sandbox, which may be just right." : "";
  return {
    mark: is,
    tone: "done",
    icon: "check",
    title: step.caught_up ? "Done for you" : `Done ${whenDone(step.done_at, now)}`,
    text: later,
    actions: where === "ready" ? [again] : [],
    next: nextOpen(steps, step.step),
  };
}

function earlier({ step, steps, where, now, mark: is }) {
  const here = where === "ready" ? "In this sandbox it is not done yet." : "";
  const up = isFirst(step, steps) || !["ready", "none", "gone"].includes(where) ? [] : [catchUp];
  return {
    mark: is,
    tone: "earlier",
    icon: "check",
    title: `Done ${whenDone(step.done_at, now)}, in an earlier sandbox`,
    text: here,
    actions: where === "ready" ? [{ ...check, quiet: true }, ...up] : up,
    next: nextOpen(steps, step.step),
  };
}

function locked({ step, steps, mark: is }) {
  const before = steps.slice(0, steps.indexOf(step)).find(({ done_at }) => !done_at);
  return {
    mark: is,
    tone: "locked",
    icon: "lock",
    title: "Not yet",
    text: before ? `The steps of this lab are done in order. “${before.title}” comes first.` : "The steps of this lab are done in order.",
    actions: [],
    next: before ?? null,
  };
}

/** So many names are listed; of the others it is said how many they are. */
const MOST_NAMES = 8;

/** What a catch-up did to the learner's own files, in sentences. @param {import("./api.js").CatchUp} catchUp @returns {string[]} */
export function filesOf({ kept, replaced }) {
  const sentences = [];
  if (kept.length) sentences.push(`Your own files are kept: ${some(kept)}.`);
  if (replaced.length) sentences.push(`The lab has files of these names itself; yours stand beside them: ${some(replaced.map((name) => `${name}.yours`))}.`);
  return sentences.length ? sentences : ["There were no files of your own to keep."];
}

function some(names) {
  const more = names.length - MOST_NAMES;
  return more > 0 ? listed([...names.slice(0, MOST_NAMES), `${more} more`]) : listed(names);
}
