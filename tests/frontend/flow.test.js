import assert from "node:assert/strict";
import { test } from "node:test";
import { Acknowledger } from "../../static/js/terminal/flow.js";

function acknowledger() {
  const sent = [];
  const timers = [];
  const subject = new Acknowledger((offset) => sent.push(offset), { every: 100, timer: (run) => timers.push(run) });
  return { subject, sent, elapse: () => timers.splice(0).forEach((run) => run()) };
}

test("each full stretch is acknowledged at once, with everything rendered so far", () => {
  const { subject, sent } = acknowledger();
  subject.add(60);
  subject.add(60);
  subject.add(250);
  assert.deepEqual(sent, [120, 370]);
});

test("the rest of a burst is acknowledged when it has gone quiet", () => {
  const { subject, sent, elapse } = acknowledger();
  subject.add(10);
  subject.add(10);
  elapse();
  assert.deepEqual(sent, [], "bytes came since the timer was set");
  elapse();
  assert.deepEqual(sent, [20]);
  elapse();
  assert.deepEqual(sent, [20], "nothing new, nothing said");
});

test("what was acknowledged as a full stretch is not said again", () => {
  const { subject, sent, elapse } = acknowledger();
  subject.add(50);
  subject.add(50);
  elapse();
  elapse();
  assert.deepEqual(sent, [100]);
});

test("bytes of a connection that is gone are not acknowledged to the next one", () => {
  const { subject, sent, elapse } = acknowledger();
  subject.add(10);
  subject.stop();
  subject.add(500);
  elapse();
  elapse();
  assert.deepEqual(sent, []);
});
