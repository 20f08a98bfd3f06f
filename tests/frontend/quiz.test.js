import assert from "node:assert/strict";
import { test } from "node:test";
import { isRight, verdict } from "../../static/js/page/quiz.js";

test("a question counts when exactly its right options are chosen", () => {
  assert.equal(isRight([1], [1]), true);
  assert.equal(isRight([2, 0], [0, 2]), true);
  assert.equal(isRight([0], [0, 2]), false);
  assert.equal(isRight([0, 1, 2], [0, 2]), false);
  assert.equal(isRight([], [0]), false);
});

test("the words follow the score", () => {
  assert.equal(verdict(6, 6), "Everything right.");
  assert.match(verdict(4, 6), /^Most of it/);
  assert.match(verdict(3, 6), /once more, then answer again/);
});
