/**
 * The words for each state of a sandbox. Pure, so that a test can hold every state.
 *
 * @typedef {{tone: "calm" | "busy" | "bad", icon: string, title: string, text: string,
 *   actions: {action: "start" | "stop" | "sign-in", label: string, quiet?: boolean}[],
 *   steps?: {label: string, status: "done" | "active" | "todo"}[], elapsedFrom?: string, spinner?: boolean}} Panel
 */

const STEPS = [
  ["network", "Private network"],
  ["disk", "Disk"],
  ["container", "Docker host"],
  ["docker", "Docker answers"],
];

const startAgain = (label = "Start a new sandbox") => ({ action: "start", label });

/** How far the preparation is, from the step that is under way ("" before the first). */
export function preparation(step) {
  const at = Math.max(0, STEPS.findIndex(([name]) => name === step));
  return STEPS.map(([, label], index) => ({ label, status: index < at ? "done" : index === at ? "active" : "todo" }));
}

const PANELS = {
  waiting: ({ position }) => ({
    tone: "busy",
    icon: "clock",
    title: "Waiting for a free place",
    text: position > 1 ? `You are number ${position} in the queue. It starts by itself; you can read on.` : "You are next. It starts by itself; you can read on.",
    actions: [{ action: "stop", label: "Stop waiting", quiet: true }],
  }),
  preparing: ({ step, started_at, created_at }) => ({
    tone: "busy",
    icon: "logo",
    title: "Getting your sandbox ready",
    text: "",
    steps: preparation(step),
    elapsedFrom: started_at ?? created_at,
    actions: [],
  }),
  stopping: ({ ending }) => ({
    tone: "busy",
    icon: "logo",
    title: ending === "expired" ? "Time is up" : "Stopping your sandbox",
    text: "Its containers, network and disk are being removed.",
    spinner: true,
    actions: [],
  }),
  stopped: ({ message }) => ({
    tone: "calm",
    icon: "terminal",
    title: "Your sandbox is stopped",
    text: message || "Everything in it has been removed. Start a new one to go on.",
    actions: [startAgain()],
  }),
  expired: ({ message }) => ({
    tone: "calm",
    icon: "clock",
    title: "Your sandbox has expired",
    text: message || "Its time was up, and everything in it has been removed. Start a new one to go on.",
    actions: [startAgain()],
  }),
  failed: ({ message, retryable }) => ({
    tone: "bad",
    icon: "terminal",
    title: "Your sandbox did not start",
    text: message || "Something went wrong while it was being prepared.",
    actions: retryable ? [startAgain("Try again")] : [],
  }),
  lost: ({ message }) => ({
    tone: "bad",
    icon: "terminal",
    title: "Your sandbox is gone",
    text: message || "The machine that ran it no longer has it. What was in it cannot be brought back.",
    actions: [startAgain()],
  }),
};

/** @returns {Panel | null} null for a sandbox that is ready: its terminals are shown instead */
export function describe({ sandbox, signedIn }) {
  if (!signedIn) {
    return {
      tone: "calm",
      icon: "terminal",
      title: "Sign in to run the commands",
      text: "You get a Docker host of your own beside the text. If you had one before, it is still there.",
      actions: [{ action: "sign-in", label: "Sign in" }],
    };
  }
  if (!sandbox) {
    return {
      tone: "calm",
      icon: "terminal",
      title: "A Docker host of your own",
      text: "Start a sandbox to follow along. You are root in it, nobody else can reach it, and whatever you break goes away with it.",
      actions: [startAgain("Start sandbox")],
    };
  }
  if (sandbox.state === "ready") return null;
  return PANELS[sandbox.state]?.(sandbox) ?? { tone: "busy", icon: "logo", title: "One moment", text: "", spinner: true, actions: [] };
}

const CHIPS = {
  waiting: ["busy", "Waiting"],
  preparing: ["busy", "Preparing"],
  ready: ["ok", "Sandbox ready"],
  stopping: ["busy", "Stopping"],
  stopped: ["off", "Stopped"],
  expired: ["off", "Expired"],
  failed: ["bad", "Failed"],
  lost: ["bad", "Lost"],
};

/** @returns {[kind: "ok" | "busy" | "bad" | "off", words: string]} */
export function chip(sandbox) {
  return (sandbox && CHIPS[sandbox.state]) || ["off", "No sandbox"];
}

const LINES = {
  polling: "No live updates; asking every few seconds",
  offline: "The server cannot be reached; trying again",
  connecting: "Reconnecting",
  refused: "Live updates were refused; reload the page",
};

/** What the bar says about the connection; "" when all is well. */
export function lineNote(line) {
  return LINES[line] ?? "";
}
