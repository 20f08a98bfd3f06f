import { announce } from "../lib/announce.js";
import { ask, el } from "../lib/dom.js";
import { recall, remember } from "../lib/storage.js";
import { looksLikePrompt } from "../page/runtext.js";
import { Pane } from "./pane.js";
import { preferences } from "./preferences.js";
import { Runner } from "./runner.js";
import { Tabs } from "./tabs.js";

/** All terminals of the sandbox: keeps tabs and panes in step with what the server says. */
export class Workspace {
  /** @param {{root: HTMLElement, api: import("../sandbox/api.js").Api, endpoints: object, signIn: string,
   *   start: () => void, leave: () => void, search: () => void}} options */
  constructor({ root, api, endpoints, signIn, start, leave, search }) {
    Object.assign(this, { root, api, endpoints, signIn, start, leave, search });
    this.stack = root.querySelector("[data-stack]");
    this.panes = new Map();
    this.active = null;
    this.sandbox = null;
    this.runner = new Runner();
    this.tabs = new Tabs({
      list: root.querySelector("[data-tab-list]"),
      onSelect: (id) => this.activate(id),
      onEnter: () => this.focus(),
      onRename: (id, title) => this.rename(id, title),
      onClose: (id) => this.close(id),
    });
    this.theme = () => (root.dataset.theme = preferences.theme);
    preferences.addEventListener("change", this.theme);
    this.theme();
  }

  get pane() {
    return this.panes.get(this.active) ?? null;
  }

  /** @param {object | null} sandbox as the server describes it */
  update(sandbox) {
    const shown = sandbox?.state === "ready";
    this.root.hidden = !shown;
    if (this.sandbox?.id !== sandbox?.id || !shown) this.clear();
    this.sandbox = sandbox;
    if (!shown) return;
    const listed = new Set(sandbox.terminals.map(({ id }) => id));
    for (const id of this.panes.keys()) if (!listed.has(id)) this.remove(id);
    for (const info of sandbox.terminals) this.keep(info);
    this.nothingOpen(sandbox.terminals.length === 0);
    if (!this.panes.has(this.active)) this.activate(this.preferred(sandbox.terminals));
  }

  preferred(terminals) {
    const before = recall(`active.${this.sandbox.id}`, "", "session");
    return (terminals.find(({ id }) => id === before) ?? terminals[0])?.id ?? null;
  }

  keep(info) {
    if (!this.panes.has(info.id)) {
      this.panes.set(
        info.id,
        new Pane({
          info,
          stack: this.stack,
          base: this.endpoints.terminalSocket,
          signIn: this.signIn,
          start: this.start,
          leave: this.leave,
          search: this.search,
          onStatus: () => this.label(info.id),
        }),
      );
      this.tabs.add({ id: info.id, panelId: `terminal-${info.id}` });
    }
    this.panes.get(info.id).info = info;
    this.label(info.id);
  }

  label(id) {
    const pane = this.panes.get(id);
    if (!pane) return;
    const several = this.sandbox.instances.length > 1;
    this.tabs.update(id, { title: pane.info.title, node: several ? pane.info.instance : "", connection: pane.connection });
  }

  activate(id) {
    this.active = id;
    for (const [key, pane] of this.panes) if (key !== id) pane.hide();
    this.tabs.select(id);
    if (!id) return;
    remember(`active.${this.sandbox.id}`, id, "session");
    this.pane.show();
  }

  /** The pane may have been in a hidden half of a small screen until now. */
  becameVisible() {
    this.pane?.show();
  }

  focus() {
    this.pane?.focus();
  }

  nothingOpen(none) {
    this.empty?.remove();
    this.empty = none
      ? el("div", { class: "no-terminal" }, "No terminal is open.", el("button", { class: "button", type: "button", "data-action": "new-terminal" }, "Open a terminal"))
      : null;
    if (this.empty) this.stack.append(this.empty);
  }

  async open(instance = this.pane?.info.instance ?? "") {
    const { id: sandboxId } = this.sandbox;
    const info = await this.attempt(() => this.api.addTerminal(sandboxId, instance));
    if (!info || this.sandbox?.id !== sandboxId) return null;
    this.keep(info);
    this.nothingOpen(false);
    this.activate(info.id);
    this.focus();
    return this.panes.get(info.id);
  }

  async rename(id, title) {
    const { info } = this.panes.get(id);
    const before = info.title;
    info.title = title;
    this.label(id);
    if (await this.attempt(() => this.api.renameTerminal(id, title))) return;
    info.title = before;
    this.label(id);
  }

  /** Asks only where something seems to run: a shell at its prompt has nothing to lose. */
  async close(id = this.active) {
    const pane = this.panes.get(id);
    if (!pane) return;
    const idle = pane.screen && looksLikePrompt(pane.screen.beforeCursor());
    if (!idle) {
      const dialog = document.getElementById("close-dialog");
      dialog.querySelector("[data-close-name]").textContent = pane.info.title;
      if (!(await ask(dialog))) return;
    }
    if (!(await this.attempt(() => this.api.closeTerminal(id)))) return;
    const ids = [...this.panes.keys()];
    const neighbour = ids[ids.indexOf(id) + 1] ?? ids[ids.indexOf(id) - 1] ?? null;
    this.remove(id);
    announce("Terminal closed.");
    this.nothingOpen(this.panes.size === 0);
    if (this.active === id) this.activate(neighbour);
    this.focus();
  }

  async attempt(call) {
    try {
      return await call();
    } catch (error) {
      announce(error.message);
      this.root.dispatchEvent(new CustomEvent("drydock:problem", { detail: error, bubbles: true }));
      return null;
    }
  }

  remove(id) {
    this.panes.get(id)?.dispose();
    this.panes.delete(id);
    this.tabs.remove(id);
  }

  clear() {
    for (const id of [...this.panes.keys()]) this.remove(id);
    this.active = null;
  }

  /** The pane to run in: the active one, unless a block names another node. */
  async paneFor(node) {
    if (!node || this.pane?.info.instance === node) return this.pane ?? this.open(node);
    const other = [...this.panes.values()].find(({ info }) => info.instance === node);
    if (!other) return this.open(node);
    this.activate(other.id);
    return other;
  }

  async run(steps, { interrupt = false, node = "" } = {}) {
    const pane = await this.paneFor(node);
    if (!pane) return false;
    pane.show();
    pane.focus();
    return this.runner.run(pane, steps, { interrupt });
  }

  /** Once the shell of the visible terminal waits for a command again, or after a minute. */
  async settled() {
    const { pane } = this;
    if (pane?.screen) await this.runner.settled(pane);
  }
}
