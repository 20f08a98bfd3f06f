import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../static/js/lib/backoff.js";

test("pauses double from half a second to the ceiling of ten", () => {
  const backoff = new Backoff({ random: () => 0.5 });
  assert.deepEqual(
    Array.from({ length: 7 }, () => backoff.next()),
    [500, 1000, 2000, 4000, 8000, 10_000, 10_000],
  );
});

test("pauses are scattered by a quarter, and never above the ceiling", () => {
  assert.equal(new Backoff({ random: () => 0 }).next(), 375);
  assert.equal(new Backoff({ random: () => 1 }).next(), 625);
  const late = new Backoff({ random: () => 1 });
  late.attempts = 50;
  assert.equal(late.next(), 10_000);
});

test("a reset begins with the shortest pause again", () => {
  const backoff = new Backoff({ random: () => 0.5 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 500);
});
