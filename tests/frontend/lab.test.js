import assert from "node:assert/strict";
import { test } from "node:test";
import { bench, filesOf, hintTitle, listed, mark, nextOpen, progressLine, stepView, timeSpent, whenDone, withAnswers } from "../../static/js/lab/describe.js";
import { achieved } from "../../static/js/lab/finale.js";
import { neighbour } from "../../static/js/lab/keys.js";
import { gentleDistance } from "../../static/js/lab/scroll.js";
import { Stopwatch } from "../../static/js/lab/stopwatch.js";

const NOW = Date.parse("2026-05-04T12:00:00");
const DONE = new Date("2026-05-04T09:05:00").toISOString();
const make = (step, extra = {}) => ({
  step, title: step.toUpperCase(), done_at: null, here: null, earlier: false, caught_up: false, message: "", broken: "",
  attempts: 0, hints: 0, solution: false, locked: false, ...extra,
});
const view = (step, steps, extra = {}) => stepView({ step, steps, bench: "ready", now: NOW, ...extra });
const labels = ({ actions }) => actions.map(({ action }) => action);

test("how the sandbox is, as far as a lab minds", () => {
  const of = (state, extra = {}) => bench({ sandbox: state && { state }, signedIn: true, catchingUp: false, ...extra });
  assert.equal(of(null), "none");
  assert.deepEqual(["waiting", "preparing", "ready"].map((state) => of(state)), ["coming", "coming", "ready"]);
  assert.deepEqual(["stopping", "stopped", "expired", "failed", "lost"].map((state) => of(state)), Array(5).fill("gone"));
  assert.equal(of("ready", { signedIn: false }), "signed-out");
  assert.equal(of("ready", { catchingUp: true }), "catching-up");
});

test("a step is open, done, done in an earlier sandbox, or locked", () => {
  assert.equal(mark(make("a")), "open");
  assert.equal(mark(make("a", { done_at: DONE })), "done");
  assert.equal(mark(make("a", { done_at: DONE, earlier: true })), "earlier");
  assert.equal(mark(make("a", { locked: true })), "locked");
});

test("the next step is below, else from the top; never one that is locked", () => {
  const steps = [make("a"), make("b", { done_at: DONE }), make("c")];
  assert.equal(nextOpen(steps).step, "a");
  assert.equal(nextOpen(steps, "b").step, "c");
  assert.equal(nextOpen(steps, "c").step, "a");
  assert.equal(nextOpen([make("a", { done_at: DONE })], "a"), null);
  assert.equal(nextOpen([make("a", { done_at: DONE }), make("b", { locked: true })], "a"), null);
});

test("an open step asks for work, and says what its check said once the learner has tried", () => {
  const steps = [make("a", { message: "No container." }), make("b", { message: "No file." })];
  assert.deepEqual(labels(view(steps[0], steps)), ["check"]);
  assert.equal(view(steps[0], steps).text, "It turns green by itself when it is done.");
  assert.equal(view(steps[0], steps, { touched: true }).text, "No container.");
  assert.equal(view({ ...steps[0], attempts: 1 }, steps).text, "No container.");
  assert.equal(view(steps[1], steps).text, "");
  assert.deepEqual(labels(view(steps[1], steps)), ["check", "catch-up"]);
});

test("without a sandbox only the current step has the button that helps", () => {
  const steps = [make("a"), make("b")];
  assert.deepEqual(labels(view(steps[0], steps, { bench: "none" })), ["start"]);
  assert.deepEqual(labels(view(steps[1], steps, { bench: "none" })), ["catch-up"]);
  assert.match(view(steps[0], steps, { bench: "gone" }).text, /is gone/);
  assert.deepEqual(labels(view(steps[0], steps, { bench: "signed-out" })), ["sign-in"]);
  for (const where of ["coming", "catching-up"]) assert.deepEqual(labels(view(steps[0], steps, { bench: where })), []);
});

test("a step that is done says when, and where to go on", () => {
  const steps = [make("a", { done_at: DONE, here: true }), make("b")];
  const shown = view(steps[0], steps);
  assert.deepEqual([shown.tone, shown.title, shown.next.step, shown.text], ["done", "Done at 09:05", "b", ""]);
  assert.match(view({ ...steps[0], here: false }, steps).text, /no longer so/);
  assert.equal(view({ ...steps[0], caught_up: true }, steps).title, "Done for you");
});

test("done in an earlier sandbox is told apart", () => {
  const steps = [make("a", { done_at: DONE, earlier: true }), make("b", { done_at: DONE, earlier: true })];
  assert.match(view(steps[0], steps).title, /in an earlier sandbox$/);
  assert.deepEqual(labels(view(steps[0], steps)), ["check"]);
  assert.deepEqual(labels(view(steps[1], steps)), ["check", "catch-up"]);
  assert.deepEqual(labels(view(steps[1], steps, { bench: "coming" })), []);
});

test("a locked step names the one that comes first", () => {
  const steps = [make("a", { done_at: DONE }), make("b"), make("c", { locked: true })];
  const shown = view(steps[2], steps);
  assert.deepEqual([shown.tone, shown.next.step, labels(shown).length], ["locked", "b", 0]);
  assert.match(shown.text, /“B” comes first/);
});

test("a broken check says so with its sentence, and only while there is a sandbox", () => {
  const steps = [make("a", { broken: "It did not answer." })];
  assert.deepEqual([view(steps[0], steps).tone, view(steps[0], steps).text], ["broken", "It did not answer."]);
  assert.equal(view(steps[0], steps, { bench: "none" }).tone, "open");
  assert.equal(view(steps[0], steps, { asking: true }).tone, "checking");
});

test("answers stay until they are given anew, within one sandbox", () => {
  const before = { sandbox: "x", steps: [make("a", { here: false, message: "No." }), make("b", { broken: "Late." })] };
  const after = { sandbox: "x", steps: [make("a"), make("b", { here: false })] };
  assert.deepEqual(withAnswers(before, after).steps.map(({ here, message, broken }) => [here, message, broken]), [[false, "No.", ""], [false, "", ""]]);
  assert.equal(withAnswers(before, { ...after, sandbox: "y" }).steps[0].message, "");
  assert.equal(withAnswers(null, after), after);
});

test("words", () => {
  assert.equal(whenDone(DONE, NOW), "at 09:05");
  assert.equal(whenDone(DONE, NOW + 86_400_000), "on 4 May at 09:05");
  assert.deepEqual([30, 60, 750, 3900].map(timeSpent), ["less than a minute", "1 min", "12 min", "1 h 5 min"]);
  const state = { seconds: 750, steps: [make("a", { done_at: DONE }), make("b", { hints: 2, solution: true })] };
  assert.equal(progressLine(state), "1 of 2 steps · 12 min");
  assert.equal(progressLine(state, 20), "1 of 2 steps");
  assert.equal(achieved(state), "2 steps in 12 min, with 2 hints and 1 solution.");
  assert.equal(achieved({ seconds: 1, steps: [make("a")] }), "1 step in less than a minute, without a hint.");
  assert.deepEqual([hintTitle(1, 1), hintTitle(2, 3)], ["Hint", "Hint 2 of 3"]);
  assert.equal(listed(["a", "b", "c"]), "a, b and c");
  assert.deepEqual(filesOf({ kept: ["a"], replaced: [] }), ["Your own files are kept: a."]);
  assert.match(filesOf({ kept: [], replaced: ["a"] })[0], /beside them: a\.yours\.$/);
  assert.match(filesOf({ kept: [..."abcdefghij"], replaced: [] })[0], /: a, b, c, d, e, f, g, h and 2 more\.$/);
  assert.deepEqual(filesOf({ kept: [], replaced: [] }), ["There were no files of your own to keep."]);
});

test("the text moves only as far as is no trouble", () => {
  assert.equal(gentleDistance({ top: 400, height: 1000 }), 0);
  assert.equal(gentleDistance({ top: 900, height: 1000 }), 300);
  assert.equal(gentleDistance({ top: -50, height: 1000 }), 0);
  assert.equal(gentleDistance({ top: 2000, height: 1000 }), 0);
});

test("keys go from step to step and stop at both ends", () => {
  assert.equal(neighbour(["a", "b"], "", 1), "a");
  assert.equal(neighbour(["a", "b"], "a", 1), "b");
  assert.equal(neighbour(["a", "b"], "b", 1), null);
  assert.equal(neighbour(["a", "b"], "a", -1), null);
  assert.equal(neighbour(["a", "b"], "", -1), null);
});

test("time counts once, and only while it runs", () => {
  let now = 0;
  const watch = new Stopwatch(() => now);
  now += 5_000;
  watch.run(true);
  now += 2_700;
  assert.equal(watch.take(), 2);
  watch.run(false);
  now += 9_000;
  watch.run(true);
  now += 400;
  assert.equal(watch.take(), 1);
  watch.giveBack(1);
  assert.equal(watch.take(), 1);
});
