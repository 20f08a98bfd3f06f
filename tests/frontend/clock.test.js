import assert from "node:assert/strict";
import { test } from "node:test";
import { formatElapsed, formatRemaining, ServerClock, urgency } from "../../static/js/lib/clock.js";

test("the server's time corrects a wrong local clock, and runs on with it", () => {
  let local = Date.parse("2026-11-24T03:00:00Z");
  const clock = new ServerClock(() => local);
  clock.set("2026-11-24T05:00:00Z");
  local += 90_000;
  assert.equal(new Date(clock.now()).toISOString(), "2026-11-24T05:01:30.000Z");
});

test("a time that cannot be read changes nothing", () => {
  const clock = new ServerClock(() => 1000);
  clock.set("soon");
  assert.equal(clock.now(), 1000);
});

test("the time left shows hours only when there are some, and never less than nothing", () => {
  assert.equal(formatRemaining(4 * 3_600_000), "4:00:00");
  assert.equal(formatRemaining(3_600_000 - 1), "1:00:00");
  assert.equal(formatRemaining(59_000 * 60), "59:00");
  assert.equal(formatRemaining(7_100), "00:08");
  assert.equal(formatRemaining(-5_000), "00:00");
});

test("elapsed time counts seconds, then minutes", () => {
  assert.equal(formatElapsed(-200), "0 s");
  assert.equal(formatElapsed(59_999), "59 s");
  assert.equal(formatElapsed(72_000), "1 min 12 s");
});

test("the deadline is near at 15 and at 5 minutes", () => {
  assert.equal(urgency(15 * 60_000 + 1), "");
  assert.equal(urgency(15 * 60_000), "soon");
  assert.equal(urgency(5 * 60_000 + 1), "soon");
  assert.equal(urgency(5 * 60_000), "now");
});
