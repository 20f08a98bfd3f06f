import assert from "node:assert/strict";
import { test } from "node:test";
import { pace, plan, stopwatch, Timer } from "../../static/js/present/plan.js";

test("a page's minutes are spread over its slides; the title slide and extra pages take none", () => {
  const slides = [
    { page: "", minutes: 0 },
    { page: "a", minutes: 10 },
    { page: "a", minutes: 10 },
    { page: "more", minutes: 0 },
    { page: "b", minutes: 3 },
  ];
  assert.deepEqual(plan(slides), [0, 0, 5, 10, 10]);
  assert.deepEqual(plan([]), []);
});

test("the stopwatch shows hours only when there are any", () => {
  assert.equal(stopwatch(0), "0:00");
  assert.equal(stopwatch(65_900), "1:05");
  assert.equal(stopwatch(3_600_000 + 62_000), "1:01:02");
  assert.equal(stopwatch(-5), "0:00");
});

test("early and late are told apart from on time, with a minute to spare", () => {
  const minutes = (number) => number * 60_000;
  assert.equal(pace(minutes(5.5), 3, 5).kind, "fine");
  assert.deepEqual(pace(minutes(9), 3, 5), { kind: "late", words: "4 min behind" });
  assert.deepEqual(pace(minutes(1), 10, 12), { kind: "early", words: "9 min ahead" });
});

test("a held timer keeps what has gone, and goes on from there", () => {
  const timer = new Timer();
  assert.equal(timer.elapsed(50), 0);
  timer.start(100);
  timer.start(150);
  assert.equal(timer.elapsed(300), 200);
  timer.hold(300);
  assert.equal(timer.elapsed(900), 200);
  timer.start(1_000);
  assert.equal(timer.elapsed(1_100), 300);
  assert.equal(new Timer(timer.state).elapsed(1_100), 300);
  timer.reset();
  assert.equal(timer.elapsed(2_000), 0);
});
