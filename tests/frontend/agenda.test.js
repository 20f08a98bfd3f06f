import assert from "node:assert/strict";
import { test } from "node:test";
import { sum } from "../../static/js/site/agenda.js";

test("minutes are added and shown as hours and minutes", () => {
  assert.deepEqual(sum([]), { total: 0, clock: "0:00", words: "0 modules, 0 minutes (0:00 h)" });
  assert.equal(sum([90]).words, "1 module, 90 minutes (1:30 h)");
  assert.equal(sum([90, 45, 30]).words, "3 modules, 165 minutes (2:45 h)");
  assert.equal(sum([60, 5]).clock, "1:05");
});
