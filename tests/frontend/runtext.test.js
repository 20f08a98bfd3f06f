import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLines, looksLikePrompt } from "../../static/js/page/runtext.js";

test("line ends of other systems and blank lines around are not copied", () => {
  assert.deepEqual(commandLines("\r\n\r\n  docker ps\r\ndocker images\r\n\r\n"), ["  docker ps", "docker images"]);
});

test("a prompt is known by its end", () => {
  for (const prompt of ["root@node1:~# ", "/ # ", "bob$ ", ">>> ", "% "]) assert.equal(looksLikePrompt(prompt), true, prompt);
  for (const other of ["", "   ", "docker run -it busybox", "PING localhost"]) assert.equal(looksLikePrompt(other), false, other);
});
