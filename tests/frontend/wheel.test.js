import assert from "node:assert/strict";
import { test } from "node:test";
import { SCROLL_DOWN, SCROLL_UP, Scroller, wheelLines } from "../../static/js/terminal/wheel.js";

test("small movements add up to a step of three lines", () => {
  const scroller = new Scroller();
  assert.deepEqual([1, 1, 1, 1, 1, 1].map((lines) => scroller.move(-lines)), ["", "", SCROLL_UP, "", "", SCROLL_UP]);
});

test("a change of direction begins anew", () => {
  const scroller = new Scroller();
  scroller.move(-2.5);
  assert.equal(scroller.move(2), "");
  assert.equal(scroller.move(1), SCROLL_DOWN);
});

test("one flick is at most ten steps", () => {
  assert.equal(new Scroller().move(3000), SCROLL_DOWN.repeat(10));
});

test("pixels, lines and pages become lines", () => {
  const screen = { lineHeight: 20, rows: 40 };
  assert.equal(wheelLines({ deltaMode: 0, deltaY: 50 }, screen), 2.5);
  assert.equal(wheelLines({ deltaMode: 1, deltaY: -3 }, screen), -3);
  assert.equal(wheelLines({ deltaMode: 2, deltaY: 1 }, screen), 40);
});
