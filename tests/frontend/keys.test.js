import assert from "node:assert/strict";
import { test } from "node:test";
import { isPageKey } from "../../static/js/site/keys.js";

const event = (extra = {}) => ({ target: { closest: () => null }, ctrlKey: false, metaKey: false, altKey: false, ...extra });

test("a bare key on the page is the page's", () => {
  assert.equal(isPageKey(event()), true);
});

test("keys with a modifier, in a field or the terminal, in a dialog, or handled already are not", () => {
  assert.equal(isPageKey(event({ ctrlKey: true })), false);
  assert.equal(isPageKey(event({ metaKey: true })), false);
  assert.equal(isPageKey(event({ altKey: true })), false);
  assert.equal(isPageKey(event({ isComposing: true })), false);
  assert.equal(isPageKey(event({ defaultPrevented: true })), false);
  assert.equal(isPageKey(event({ target: { closest: (selector) => (selector.includes(".xterm") && selector.includes("textarea") ? {} : null) } })), false);
  assert.equal(isPageKey(event(), { dialogOpen: true }), false);
});

test("they can be turned off", () => {
  assert.equal(isPageKey(event(), { on: false }), false);
});
