import assert from "node:assert/strict";
import { test } from "node:test";
import { chip, describe, lineNote, preparation } from "../../static/js/sandbox/describe.js";

const show = (sandbox) => describe({ sandbox, signedIn: true });
const actions = (panel) => panel.actions.map(({ action }) => action);

test("every state but ready has a panel with a title of its own", () => {
  const states = ["waiting", "preparing", "stopping", "stopped", "expired", "failed", "lost"];
  const titles = states.map((state) => show({ state, message: "" }).title);
  assert.equal(new Set(titles).size, states.length);
  assert.equal(show({ state: "ready" }), null);
});

test("a stranger is asked to sign in, whatever the state", () => {
  assert.deepEqual(actions(describe({ sandbox: null, signedIn: false })), ["sign-in"]);
  assert.deepEqual(actions(describe({ sandbox: { state: "ready" }, signedIn: false })), ["sign-in"]);
});

test("without a sandbox, and after one has ended, one can be started", () => {
  assert.deepEqual(actions(show(null)), ["start"]);
  for (const state of ["stopped", "expired", "lost"]) assert.deepEqual(actions(show({ state, message: "" })), ["start"], state);
});

test("a failure shows the server's sentence and offers another try only where it helps", () => {
  const failed = { state: "failed", message: "The engine has no room.", retryable: true };
  assert.equal(show(failed).text, failed.message);
  assert.deepEqual(actions(show(failed)), ["start"]);
  assert.deepEqual(actions(show({ ...failed, retryable: false })), []);
});

test("the place in the queue is said", () => {
  assert.match(show({ state: "waiting", position: 3 }).text, /number 3/);
  assert.match(show({ state: "waiting", position: 1 }).text, /next/);
  assert.match(show({ state: "waiting", position: null }).text, /next/);
});

test("the steps of the preparation are done, under way or to do", () => {
  const statuses = (step) => preparation(step).map(({ status }) => status);
  assert.deepEqual(statuses(""), ["active", "todo", "todo", "todo"]);
  assert.deepEqual(statuses("container"), ["done", "done", "active", "todo"]);
  assert.deepEqual(statuses("docker"), ["done", "done", "done", "active"]);
});

test("a time-out that is being cleared away is not called a stop", () => {
  assert.equal(show({ state: "stopping", ending: "expired" }).title, "Time is up");
  assert.equal(show({ state: "stopping", ending: "stopped" }).title, "Stopping your sandbox");
});

test("chip and note have words for what they are given", () => {
  assert.deepEqual(chip(null), ["off", "No sandbox"]);
  assert.deepEqual(chip({ state: "ready" }), ["ok", "Sandbox ready"]);
  assert.equal(lineNote("live"), "");
  assert.notEqual(lineNote("offline"), lineNote("polling"));
});
