import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLines, isInteractive, isWhole, keysOf, looksLikePrompt, steps } from "../../static/js/page/runtext.js";

test("one command is one paste", () => {
  assert.deepEqual(steps("docker ps\n"), [{ kind: "paste", text: "docker ps" }]);
});

test("commands that stand alone are typed one after the other", () => {
  assert.deepEqual(steps("docker ps\ndocker ps -a"), [
    { kind: "line", text: "docker ps" },
    { kind: "line", text: "docker ps -a" },
  ]);
});

test("a line is whole when nothing is open at its end", () => {
  const whole = ["docker ps -a", "echo 'it is'", 'echo "it\'s"', "echo \\\"", "id=$(docker ps -q)", "# a remark", "echo `date`"];
  const part = ["cat <<EOF", "docker run \\", "docker ps |", "true &&", "for x in a; do", "done", "  indented", "echo 'open", 'echo "open', "f() {", "", "a\tb"];
  assert.deepEqual(whole.filter((line) => !isWhole(line)), []);
  assert.deepEqual(part.filter((line) => isWhole(line)), []);
});

test("lines that belong together are one paste, with here-documents and tabs as they are printed", () => {
  const source = "cat <<-EOF > Makefile\n\tall:\n\nEOF\ndocker build -t web .";
  assert.deepEqual(steps(`\n${source}\n\n`), [{ kind: "paste", text: source }]);
});

test("a block that enters a container is typed line by line", () => {
  assert.deepEqual(steps("docker run -it --name first busybox\nhostname\nexit"), [
    { kind: "line", text: "docker run -it --name first busybox" },
    { kind: "line", text: "hostname" },
    { kind: "line", text: "exit" },
  ]);
});

test("a line of keys is pressed", () => {
  assert.deepEqual(steps("docker run -it busybox ping localhost\n^C"), [
    { kind: "line", text: "docker run -it busybox ping localhost" },
    { kind: "keys", text: "\x03" },
  ]);
  assert.equal(keysOf("^P^Q"), "\x10\x11");
});

test("what enters another program is told from what does not", () => {
  const enters = ["docker run --rm -ti x\nls", "docker exec -it web sh\nls", "docker start -ai web\nls", "docker attach web\n^P^Q", "ssh node2\nhostname", "docker run -i --tty x\nls"];
  const stays = ["docker run -d --name web nginx\ndocker ps", "docker run -dit x\ndocker ps", "docker ps\ndocker run -it busybox", "docker run --init -p 80:80 x\nls", "docker exec web hostname\nls", "docker build -t it .\nls"];
  assert.deepEqual(enters.filter((source) => !isInteractive(commandLines(source))), []);
  assert.deepEqual(stays.filter((source) => isInteractive(commandLines(source))), []);
});

test("an empty block types nothing", () => {
  assert.deepEqual(steps("\n  \n"), []);
});

test("line ends of other systems and blank lines around are not typed", () => {
  assert.deepEqual(commandLines("\r\n\r\n  docker ps\r\ndocker images\r\n\r\n"), ["  docker ps", "docker images"]);
});

test("a prompt is known by its end", () => {
  for (const prompt of ["root@node1:~# ", "/ # ", "bob$ ", ">>> ", "% "]) assert.equal(looksLikePrompt(prompt), true, prompt);
  for (const other of ["", "   ", "docker run -it busybox", "PING localhost"]) assert.equal(looksLikePrompt(other), false, other);
});
