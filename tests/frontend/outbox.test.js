import assert from "node:assert/strict";
import { test } from "node:test";
import { FRAME, Outbox } from "../../static/js/terminal/outbox.js";

/** A line that takes what it is given into a buffer, as a WebSocket does, and empties it when told. */
class Line {
  constructor() {
    this.frames = [];
    this.held = 0;
    this.most = 0;
    this.open = true;
  }

  send(bytes) {
    if (!this.open) return false;
    this.frames.push(Uint8Array.from(bytes));
    this.held += bytes.length;
    this.most = Math.max(this.most, this.held);
    return true;
  }

  buffered() {
    return this.held;
  }
}

function outbox() {
  const line = new Line();
  const timers = [];
  const subject = new Outbox(line, (run) => timers.push(run));
  return { line, subject, elapse: () => timers.splice(0).forEach((run) => run()), pending: () => timers.length };
}

test("a keystroke goes out at once", () => {
  const { line, subject, pending } = outbox();
  subject.push(Uint8Array.of(97));
  assert.deepEqual(line.frames, [Uint8Array.of(97)]);
  assert.equal(pending(), 0);
});

test("a megabyte goes out complete, in order, in small frames, and never much at a time", () => {
  const { line, subject, elapse } = outbox();
  const megabyte = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);
  subject.push(megabyte);
  subject.push(Uint8Array.of(13));
  for (let turn = 0; turn < 1000 && subject.size > 0; turn += 1) {
    line.held = Math.max(0, line.held - 50_000);
    elapse();
  }
  assert.equal(subject.size, 0);
  assert.ok(line.frames.every((frame) => frame.length <= FRAME));
  assert.ok(line.most <= 128 * 1024 + FRAME, `${line.most} bytes lay in the buffer`);
  assert.deepEqual(Buffer.concat(line.frames), Buffer.concat([megabyte, Uint8Array.of(13)]));
});

test("what is typed while a paste is on its way waits for its turn", () => {
  const { line, subject, elapse } = outbox();
  subject.push(new Uint8Array(300_000));
  subject.push(Uint8Array.of(3));
  assert.notEqual(line.frames.at(-1).length, 1);
  line.held = 0;
  elapse();
  line.held = 0;
  elapse();
  assert.deepEqual(line.frames.at(-1), Uint8Array.of(3));
});

test("a lost line takes the rest of the paste with it", () => {
  const { line, subject, elapse } = outbox();
  subject.push(new Uint8Array(300_000));
  line.open = false;
  line.held = 0;
  elapse();
  assert.equal(subject.size, 0);
});
