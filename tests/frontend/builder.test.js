import assert from "node:assert/strict";
import test from "node:test";
import { describe, problems } from "../../static/js/builder/words.js";

const items = (...rows) => new Map(rows.map(([id, starts, day = 1, minutes = 30]) => [id, { title: id.toUpperCase(), starts, minutes, day }]));

test("what was moved is named with its new time", () => {
  const before = items(["a", "09:00"], ["b", "09:30"]);
  assert.equal(describe(before, items(["b", "09:00"], ["a", "09:30"]), "b"), "B moved to 09:00.");
});

test("with several days, the day is named", () => {
  const before = items(["a", "09:00"], ["b", "09:30"], ["c", "09:00", 2]);
  assert.equal(describe(before, items(["a", "09:00"], ["b", "09:00", 2], ["c", "09:30", 2]), "b"), "B moved to 09:00 on day 2.");
});

test("added, removed, and both", () => {
  const one = items(["a", "09:00"]);
  const two = items(["a", "09:00"], ["b", "09:30"]);
  assert.equal(describe(one, two), "B added at 09:30.");
  assert.equal(describe(two, one, "b"), "B removed.");
  assert.equal(describe(two, items(["c", "09:00"])), "1 added, 2 removed.");
});

test("minutes come before the time that follows from them", () => {
  assert.equal(describe(items(["a", "09:00"]), items(["a", "09:00", 1, 45]), "a"), "A takes 45 minutes.");
});

test("a change of the day moves everything, and notes move nothing", () => {
  const before = items(["a", "09:00"]);
  assert.equal(describe(before, items(["a", "10:00"])), "The times have changed.");
  assert.equal(describe(before, items(["a", "09:00"]), "a"), "");
});

test("conflicts are counted when their number has changed", () => {
  assert.deepEqual([problems(1, 1), problems(0, 1), problems(1, 2), problems(2, 0)], ["", " 1 thing to look at.", " 2 things to look at.", " No conflicts."]);
});
