import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { expecting } from "../../static/js/builder/fields.js";
import { Sending } from "../../static/js/builder/sending.js";
import { stateLine } from "../../static/js/builder/words.js";
import { Backoff } from "../../static/js/lib/backoff.js";

const AWAY = { sentence: "Away.", again: true };
const SIGNED_OUT = { sentence: "Signed out.", again: false };

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
});

/** A queue whose attempts are answered by hand: `answer(null)` is success. */
function stage() {
  const attempts = [];
  const heard = [];
  const sending = new Sending({
    attempt: (change) => new Promise((resolve) => attempts.push({ change, resolve })),
    tell: (news) => heard.push(news),
    backoff: new Backoff({ first: 1_000, ceiling: 15_000, random: () => 0.5 }),
  });
  const answer = async (outcome) => {
    attempts.at(-1).resolve(outcome);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { sending, answer, heard, sent: () => attempts.map(({ change }) => change), last: () => heard.at(-1) };
}

test("changes are sent one after the other, in their order", async () => {
  const { sending, answer, sent, last } = stage();
  sending.add("a");
  sending.add("b");
  assert.deepEqual(sent(), ["a"]);
  await answer(null);
  assert.deepEqual(sent(), ["a", "b"]);
  await answer(null);
  assert.deepEqual(last(), { step: "idle", trouble: "" });
  assert.equal(sending.idle, true);
});

test("what fails is tried again by itself, after growing pauses up to the ceiling, and nothing is lost", async () => {
  const { sending, answer, sent, last } = stage();
  sending.add("a");
  const pauses = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000];
  for (const [at, pause] of pauses.entries()) {
    await answer(AWAY);
    assert.deepEqual(last(), { step: "waiting", trouble: "Away.", until: Date.now() + pause });
    mock.timers.tick(pause - 1);
    assert.equal(sent().length, at + 1);
    mock.timers.tick(1);
    assert.equal(sent().length, at + 2);
    assert.deepEqual(last(), { step: "sending", trouble: "Away." });
  }
  await answer(null);
  assert.deepEqual(new Set(sent()), new Set(["a"]));
  assert.equal(last().step, "idle");
});

test("after a success the pauses begin short again", async () => {
  const { sending, answer, last } = stage();
  sending.add("a");
  sending.add("b");
  await answer(AWAY);
  mock.timers.tick(1_000);
  await answer(AWAY);
  mock.timers.tick(2_000);
  await answer(null);
  await answer(AWAY);
  assert.equal(last().until - Date.now(), 1_000);
});

test("a change made during a pause waits with the others", async () => {
  const { sending, answer, sent } = stage();
  sending.add("a");
  await answer(AWAY);
  sending.add("b");
  assert.deepEqual(sent(), ["a"]);
  mock.timers.tick(1_000);
  await answer(null);
  assert.deepEqual(sent(), ["a", "a", "b"]);
});

test("now ends the pause", async () => {
  const { sending, answer, sent } = stage();
  sending.add("a");
  await answer(AWAY);
  sending.now();
  assert.deepEqual(sent(), ["a", "a"]);
  await answer(null);
  mock.timers.tick(60_000);
  assert.deepEqual(sent(), ["a", "a"]);
});

test("a network that comes back while an attempt is under way is not missed", async () => {
  const { sending, answer, sent, last } = stage();
  sending.add("a");
  sending.now();
  await answer(AWAY);
  assert.deepEqual(sent(), ["a", "a"]);
  await answer(AWAY);
  assert.equal(last().step, "waiting");
});

test("what a person has to mend is not tried by itself, and stays", async () => {
  const { sending, answer, sent, last } = stage();
  sending.add("a");
  await answer(SIGNED_OUT);
  assert.deepEqual(last(), { step: "stopped", trouble: "Signed out." });
  mock.timers.tick(600_000);
  assert.deepEqual(sent(), ["a"]);
  assert.equal(sending.idle, false);
  sending.now();
  await answer(null);
  assert.equal(sending.idle, true);
});

test("the bar counts the seconds to the next attempt", () => {
  const waiting = { step: "waiting", trouble: "Away.", until: 10_000 };
  assert.deepEqual(
    [0, 8_500, 9_999, 12_000].map((now) => stateLine(waiting, now)),
    ["Away. Trying again in 10 s.", "Away. Trying again in 2 s.", "Away. Trying again in 1 s.", "Away. Trying again in 1 s."],
  );
  assert.equal(stateLine({ step: "sending", trouble: "" }, 0), "Saving…");
  assert.equal(stateLine({ step: "sending", trouble: "Away." }, 0), "Away. Trying again…");
  assert.equal(stateLine({ step: "stopped", trouble: "Gone." }, 0), "Gone.");
  assert.equal(stateLine({ step: "idle", trouble: "" }, 0), "All changes are saved");
});

test("what is typed behind an own change expects that change, and not what was there before both", () => {
  const body = (text) => new URLSearchParams(text);
  assert.equal(expecting(body("was-notes=&notes=ab"), undefined).get("was-notes"), "");
  assert.equal(expecting(body("was-notes=&notes=ab"), body("was-notes=&notes=a")).get("was-notes"), "a");
  assert.equal(expecting(body("was-title=x&title=y"), body("was-notes=&notes=a")).get("was-title"), "x");
  const pages = body("was-pages=&page-count=2&pages=one");
  assert.equal(expecting(body("was-pages=&page-count=2&pages=two"), pages).get("was-pages"), "one");
  const all = body("was-pages=one&page-count=2&pages=one&pages=two");
  assert.equal(expecting(body("was-pages=one&page-count=2&pages=two"), all).get("was-pages"), "");
});
