import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../static/js/lib/backoff.js";
import { EVERY, Watcher } from "../../static/js/lab/watcher.js";

/** Time that a test moves. */
class Clock {
  constructor() {
    this.time = 0;
    this.timers = new Map();
  }

  timer() {
    return {
      now: () => this.time,
      clear: (handle) => this.timers.delete(handle),
      set: (run, ms) => {
        const handle = Symbol(ms);
        this.timers.set(handle, { run, at: this.time + ms });
        return handle;
      },
    };
  }

  async pass(ms) {
    const until = this.time + ms;
    for (;;) {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      const [next] = [...this.timers].sort(([, a], [, b]) => a.at - b.at);
      if (!next || next[1].at > until) break;
      this.timers.delete(next[0]);
      this.time = next[1].at;
      next[1].run();
    }
    this.time = until;
  }
}

function watched({ answer = () => Promise.resolve(), allowed = () => true, steady } = {}) {
  const clock = new Clock();
  const looks = [];
  const check = (routine) => {
    looks.push([clock.time, routine]);
    return answer();
  };
  const backoff = new Backoff({ first: 8_000, ceiling: 60_000, random: () => 0.5 });
  return { clock, looks, watcher: new Watcher({ check, allowed, steady, backoff, timer: clock.timer() }) };
}

test("it looks now and then, and at once when something has happened", async () => {
  const { clock, looks, watcher } = watched();
  watcher.resume();
  await clock.pass(EVERY + 100);
  watcher.soon();
  await clock.pass(100);
  assert.deepEqual(looks, [[0, true], [EVERY, true], [EVERY + 100, false]]);
});

test("where it may not, it does nothing, and goes on where it left off", async () => {
  let visible = true;
  const { clock, looks, watcher } = watched({ allowed: () => visible });
  watcher.resume();
  await clock.pass(1_000);
  visible = false;
  watcher.resume();
  await clock.pass(60_000);
  assert.equal(looks.length, 1);
  visible = true;
  watcher.resume();
  watcher.resume();
  await clock.pass(0);
  assert.equal(looks.length, 2);
});

test("there is never more than one request, and what happens meanwhile is looked at afterwards", async () => {
  let finish = () => {};
  const { clock, looks, watcher } = watched({ answer: () => new Promise((resolve) => (finish = resolve)) });
  watcher.soon();
  await clock.pass(0);
  watcher.soon();
  watcher.resume();
  await clock.pass(60_000);
  assert.equal(looks.length, 1);
  finish();
  await clock.pass(0);
  assert.deepEqual(looks.at(-1), [60_000, false]);
});

test("pauses grow while the server does not answer, and what is not known yet is looked at in full", async () => {
  let broken = true;
  const { clock, looks, watcher } = watched({ answer: () => (broken ? Promise.reject(new Error("away")) : Promise.resolve()) });
  watcher.resume();
  await clock.pass(8_000);
  assert.deepEqual(looks, [[0, true], [8_000, false]]);
  broken = false;
  await clock.pass(16_000);
  assert.deepEqual(looks.at(-1), [24_000, false]);
  assert.equal(watcher.failing, false);
  await clock.pass(EVERY);
  assert.deepEqual(looks.at(-1), [24_000 + EVERY, true]);
});

test("where nothing is open it looks only when something has happened", async () => {
  const { clock, looks, watcher } = watched({ steady: () => false });
  watcher.resume();
  await clock.pass(60_000);
  assert.equal(looks.length, 0);
  watcher.soon();
  await clock.pass(60_000);
  assert.equal(looks.length, 1);
});

test("what the learner asks takes the place of a look", async () => {
  const { clock, looks, watcher } = watched();
  watcher.resume();
  await clock.pass(EVERY - 100);
  assert.equal(await watcher.alone(() => Promise.resolve("answer")), "answer");
  await clock.pass(EVERY - 100);
  assert.equal(looks.length, 1);
  await clock.pass(100);
  assert.equal(looks.length, 2);
  await assert.rejects(watcher.alone(() => Promise.reject(new Error("no"))), /no/);
});
