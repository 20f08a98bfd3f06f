import { announce } from "../lib/announce.js";
import { Connection, socketAddress } from "../lib/connection.js";

const REFUSED = [4401, 4403, 4404];
const SHOWN_FOR = 8_000;
const LOOK_AGAIN = 500;
const ANSWER_WITHIN = 10_000;

/** Takes over what others change, as soon as nothing here is being typed, dragged or sent. */
export function news({ root, board, queue, autosave }) {
  const line = root.querySelector("[data-news]");
  let wanted = null;
  // What somebody else has done and this page has not said yet.
  let other = null;
  let loading = false;
  let hiding = 0;

  const say = (sentence) => {
    line.textContent = sentence;
    line.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(() => (line.hidden = true), SHOWN_FOR);
    announce(sentence);
  };
  const tell = () => {
    if (!other || other.version > board.version) return;
    say(`Changed by ${other.by}`);
    other = null;
  };
  const busy = () => !queue.idle || autosave.typing || root.classList.contains("dragging");

  const load = async () => {
    if (loading || !wanted || wanted.version <= board.version || busy()) return;
    loading = true;
    try {
      const response = await fetch(root.dataset.boardUrl, {
        credentials: "same-origin",
        headers: { "X-Fragment": "1" },
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      if (!response.ok || response.redirected) return;
      const html = await response.text();
      // Something was begun while this was under way: its answer will be newer than this one.
      if (busy()) return;
      const before = board.version;
      board.swap(html);
      if (board.version > before && !other) say("Changed in another window");
      tell();
    } catch {
      // No network: the socket says it again when it is back.
    } finally {
      loading = false;
    }
  };

  const connection = new Connection({
    url: () => socketAddress(root.dataset.socket),
    onmessage: (data) => {
      const message = JSON.parse(data);
      if (message.type !== "version") return;
      root.dataset.connection = "live";
      wanted = message;
      if (message.version > board.version && message.by && message.by !== root.dataset.me) other = message;
      load();
    },
    decide: (event) => !REFUSED.includes(event.code),
  });
  connection.addEventListener("status", () => {
    if (connection.status !== "open") root.dataset.connection = connection.status;
    // What could not be sent while the network was away is sent as soon as it is back.
    if (connection.status === "open") queue.run();
  });
  // An own change may have brought somebody else's with it.
  root.addEventListener("drydock:idle", () => {
    tell();
    load();
  });
  setInterval(load, LOOK_AGAIN);
  connection.start();
}
