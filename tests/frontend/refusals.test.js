import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../../static/js/terminal/refusals.js";

test("each of the server's codes has its own button and says whether the page tries again", () => {
  const known = [4400, 4401, 4403, 4404, 4409, 4410, 4425, 4503].map((code) => [code, refusal({ code })]);
  assert.deepEqual(
    known.map(([code, { action, again }]) => [code, action, again]),
    [
      [4400, "retry", false],
      [4401, "sign-in", false],
      [4403, "none", false],
      [4404, "none", false],
      [4409, "none", false],
      [4410, "start", false],
      [4425, "retry", true],
      [4503, "retry", true],
    ],
  );
  assert.equal(new Set(known.map(([, { sentence }]) => sentence)).size, known.length);
});

test("the server's own sentence is shown, the full one before the short one", () => {
  assert.equal(refusal({ code: 4410, reason: "Expired." }, { sentence: "The sandbox expired at noon." }).sentence, "The sandbox expired at noon.");
  assert.equal(refusal({ code: 4410, reason: "Expired." }).sentence, "Expired.");
});

test("a lost network and a restart are tried again", () => {
  for (const code of [1000, 1001, 1006, 1011, 1012]) assert.equal(refusal({ code }).again, true, String(code));
});

test("an unknown decision of the server is tried again only when it said so", () => {
  assert.equal(refusal({ code: 4999 }).again, false);
  assert.equal(refusal({ code: 4999 }, { retry: true }).again, true);
});
