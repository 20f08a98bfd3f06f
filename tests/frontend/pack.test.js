import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../../static/js/site/pack.js";

const answer = (body, status = 503) => new Response(body, { status });
const explained = (code) => answer(JSON.stringify({ error: { code, message: "A sentence.", retryable: true } }));

test("a trouble of the sandbox leaves a way without it", async () => {
  for (const code of ["not-ready", "engine-down", "timeout"]) assert.deepEqual(await refusal(explained(code)), { message: "A sentence.", without: true });
  for (const code of ["busy", "no-room", "gateway"]) assert.deepEqual(await refusal(explained(code)), { message: "A sentence.", without: false });
});

test("an answer that explains nothing is explained here", async () => {
  const { message, without } = await refusal(answer("<h1>Gateway</h1>", 502));
  assert.match(message, /did not answer as expected/);
  assert.equal(without, false);
});
