/**
 * What the page says and offers when the server has closed a terminal's socket. `action` is the
 * button: "sign-in" | "start" | "retry" | "none"; `again` tells whether the page tries by itself.
 */
const KNOWN = {
  4400: { sentence: "The terminal and the server did not understand each other.", action: "retry", again: false },
  4401: { sentence: "You are signed out. Your shell keeps running; sign in to come back to it.", action: "sign-in", again: false },
  4403: { sentence: "This page is not allowed to open the terminal. Open Drydock at its own address.", action: "none", again: false },
  4404: { sentence: "There is no such terminal.", action: "none", again: false },
  4409: { sentence: "This terminal was closed.", action: "none", again: false },
  4410: { sentence: "The sandbox has ended.", action: "start", again: false },
  4425: { sentence: "The sandbox is not ready yet.", action: "retry", again: true },
  4503: { sentence: "The Docker engine cannot be reached at the moment.", action: "retry", again: true },
};

/**
 * @param {{code: number, reason?: string}} event the close event
 * @param {{sentence?: string, retry?: boolean} | null} told what the server said just before, if anything
 */
export function refusal(event, told = null) {
  const known = KNOWN[event.code];
  const sentence = told?.sentence || event.reason || known?.sentence || "The connection was lost.";
  if (known) return { ...known, sentence };
  // 4000 to 4999 are the server's own decisions; everything else is the network's or a restart.
  const ours = event.code >= 4000 && event.code < 5000;
  return { sentence, action: "retry", again: ours ? told?.retry === true : true };
}
