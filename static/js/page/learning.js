import { announce } from "../lib/announce.js";
import { ServerClock } from "../lib/clock.js";
import { ask } from "../lib/dom.js";
import { Api, ApiError } from "../sandbox/api.js";
import { BarView } from "../sandbox/bar.js";
import { chip, describe } from "../sandbox/describe.js";
import { Feed } from "../sandbox/feed.js";
import { PanelView } from "../sandbox/panel.js";
import { followFullScreen, keyBar, SearchBar, toolbar } from "../terminal/toolbar.js";
import { Workspace } from "../terminal/workspace.js";
import { runBlocks } from "./blocks.js";
import { split } from "./split.js";
import { Views } from "./views.js";

/** What follows the sandbox without being part of it: the lab of the page, if it has one. */
const NOBODY = { changed: () => {}, before: () => Promise.resolve(), typed: () => {} };

/** Brings together text, sandbox and terminals. What is shown follows from four fields: sandbox, signedIn, busy, error. */
export class LearningPage {
  constructor({ learn, state, endpoints }) {
    const { purpose, csrf, signIn, signedIn } = learn.dataset;
    this.learn = learn;
    this.signIn = signIn;
    this.signedIn = signedIn === "true";
    this.sandbox = null;
    this.busy = "";
    this.error = null;
    this.asOf = 0;
    this.waitingRun = null;
    this.follower = NOBODY;
    this.clock = new ServerClock();
    this.api = new Api({ endpoints, purpose, csrf });
    this.workbench = learn.querySelector("#workbench");
    this.text = learn.querySelector("#text");
    this.build(endpoints);
    if (state) this.apply(state);
    else this.render();
    if (this.signedIn) this.feed.start();
    setInterval(() => this.tick(), 1000);
  }

  build(endpoints) {
    const root = this.workbench.querySelector("[data-terminals]");
    this.panel = new PanelView(this.workbench.querySelector("[data-panel]"), { signIn: this.signIn, clock: this.clock });
    this.bar = new BarView(this.workbench, this.clock);
    this.workspace = new Workspace({
      root,
      api: this.api,
      endpoints,
      signIn: this.signIn,
      start: () => this.start(),
      leave: () => this.toText(),
      search: () => this.search.open(),
    });
    this.search = new SearchBar({ form: root.querySelector("[data-search]"), workspace: this.workspace });
    this.views = new Views(this.learn, () => this.workspace.becameVisible());
    this.feed = new Feed({ address: endpoints.socket, poll: async () => (this.sandbox ? this.api.state(this.sandbox.id) : null) });
    this.feed.addEventListener("state", (event) => this.apply(event.detail));
    this.feed.addEventListener("line", () => this.lineChanged());
    this.actions = {
      ...toolbar({ root, workspace: this.workspace }),
      "start": () => this.start(),
      "stop": () => this.stop(),
      "search": () => (this.search.form.hidden ? this.search.open() : this.search.close()),
      "close-search": () => this.search.close(),
    };
    this.workbench.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button && button.getAttribute("aria-disabled") !== "true") this.actions[button.dataset.action]?.();
    });
    this.workbench.addEventListener("drydock:problem", (event) => this.problem(event.detail));
    document.addEventListener("keydown", (event) => this.key(event));
    followFullScreen(root);
    keyBar({ bar: root.querySelector("[data-key-bar]"), workspace: this.workspace });
    split(this.learn);
    runBlocks(this.text, (request) => this.run(request));
  }

  /** A message of the server. An answer that was overtaken by newer news is ignored. */
  apply(message) {
    const moment = Date.parse(message.now);
    if (moment < this.asOf) {
      this.render();
      return;
    }
    this.asOf = moment;
    this.clock.set(message.now);
    const before = this.sandbox?.state;
    this.sandbox = message.sandbox;
    if (before !== this.sandbox?.state) this.error = null;
    this.render();
    if (before !== this.sandbox?.state && before !== undefined) this.stateChanged();
    this.runWaiting();
  }

  render() {
    const { sandbox, signedIn, busy, error } = this;
    const held = this.workbench.contains(document.activeElement) || document.activeElement === document.body;
    const state = signedIn ? (sandbox?.state ?? "none") : "signed-out";
    const arrived = state === "ready" && this.workbench.dataset.state !== "ready" && this.workbench.dataset.state !== "none";
    this.workbench.dataset.state = state;
    this.panel.render(describe({ sandbox, signedIn }), { busy, error });
    this.bar.render(signedIn ? sandbox : null, signedIn ? this.feed.line : "");
    this.workspace.update(signedIn ? sandbox : null);
    const [kind] = chip(sandbox);
    this.learn.querySelector("[data-view-dot]").dataset.kind = kind;
    // Only where the focus was here already: nobody is to be torn out of the text.
    if (arrived && held && !document.querySelector("dialog[open]")) this.workspace.focus();
    this.follower.changed();
  }

  /**
   * @param {{changed: () => void, before: () => Promise<void>, typed: (figure: HTMLElement) => void}} follower
   *   `changed` after every change of the sandbox or of who is signed in; run blocks wait for `before`;
   *   `typed` when one has been typed and the prompt is back
   */
  follow(follower) {
    this.follower = follower;
    follower.changed();
  }

  stateChanged() {
    const panel = describe({ sandbox: this.sandbox, signedIn: this.signedIn });
    announce(panel ? `${panel.title}. ${panel.text}` : "The sandbox is ready.");
  }

  lineChanged() {
    const { line } = this.feed;
    this.workbench.dataset.connection = line;
    if (line === "signed-out") this.signedIn = false;
    this.render();
    if (line === "offline") announce("The server cannot be reached. Trying again.");
  }

  tick() {
    this.panel.tick();
    this.bar.tick();
  }

  async command(name, call) {
    if (this.busy) return;
    this.busy = name;
    this.error = null;
    this.render();
    try {
      const message = await call();
      this.busy = "";
      this.apply(message);
    } catch (error) {
      this.busy = "";
      if (!(error instanceof ApiError)) throw error;
      this.problem(error);
    }
  }

  problem(error) {
    if (error.status === 401) this.signedIn = false;
    this.error = error;
    this.waitingRun?.resolve(false);
    this.waitingRun = null;
    this.render();
    if (this.sandbox?.state === "ready") this.workspace.pane?.overlay?.notice(error.message);
  }

  start() {
    return this.command("start", () => this.api.start());
  }

  async stop() {
    if (this.sandbox.state !== "waiting" && !(await ask(document.getElementById("stop-dialog")))) return;
    const { id } = this.sandbox;
    await this.command("stop", () => this.api.stop(id));
  }

  /** A click on a run block. Without a sandbox it offers to start one, and runs when that is ready. */
  async run(request) {
    if (!this.signedIn) {
      this.views.show("terminal");
      this.workbench.focus();
      return false;
    }
    if (this.sandbox?.state === "ready") return this.typeNow(request);
    const coming = ["waiting", "preparing"].includes(this.sandbox?.state);
    if (!coming) {
      const dialog = document.getElementById("start-dialog");
      dialog.querySelector("[data-start-commands]").textContent = request.source;
      if (!(await ask(dialog))) return false;
    }
    this.waitingRun?.resolve(false);
    const later = new Promise((resolve) => (this.waitingRun = { request, resolve }));
    this.views.show("terminal");
    if (coming) announce("The commands are typed as soon as the sandbox is ready.");
    else this.start();
    return later;
  }

  async typeNow(request) {
    this.views.show("terminal");
    await this.follower.before();
    const typed = await this.workspace.run(request.steps, request);
    if (typed) this.workspace.settled().then(() => this.follower.typed(request.figure));
    return typed;
  }

  runWaiting() {
    const waiting = this.waitingRun;
    if (!waiting) return;
    const state = this.sandbox?.state;
    if (state === "ready" && this.sandbox.terminals.length > 0) {
      this.waitingRun = null;
      this.typeNow(waiting.request).then(waiting.resolve);
    } else if (["failed", "lost"].includes(state) && !this.busy) {
      this.waitingRun = null;
      waiting.resolve(false);
    }
  }

  /** F6 goes round: terminal, text. */
  key(event) {
    if (event.key !== "F6" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (this.workbench.contains(document.activeElement)) this.toText();
    else this.toTerminal();
  }

  toText() {
    if (document.fullscreenElement) document.exitFullscreen();
    this.views.show("text");
    this.text.focus();
  }

  toTerminal() {
    this.views.show("terminal");
    if (this.workspace.pane) this.workspace.focus();
    else this.workbench.focus();
  }
}
