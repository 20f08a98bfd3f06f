import { el } from "../lib/dom.js";
import { keyHandler } from "./keys.js";
import { TerminalLink } from "./link.js";
import { Overlay } from "./overlay.js";
import { Screen } from "./screen.js";

/** One terminal: its screen, its line and what stands over it. Both begin when it is first visible. */
export class Pane {
  /** @param {{info: {id: string, title: string, instance: string}, stack: HTMLElement, base: string, signIn: string,
   *   start: () => void, leave: () => void, search: () => void, onStatus: () => void}} options */
  constructor(options) {
    Object.assign(this, options);
    this.id = this.info.id;
    this.holder = el("div", { class: "terminal-screen" });
    this.element = el(
      "div",
      {
        class: "terminal-view",
        role: "tabpanel",
        id: `terminal-${this.id}`,
        "aria-labelledby": `tab-${this.id}`,
        "data-terminal-id": this.id,
        "data-connection": "idle",
        hidden: true,
      },
      this.holder,
    );
    this.stack.append(this.element);
    this.screen = null;
    this.link = null;
  }

  get connection() {
    return this.element.dataset.connection;
  }

  show() {
    this.element.hidden = false;
    if (this.holder.clientWidth === 0) return;
    if (this.screen) this.screen.fit();
    else this.begin();
  }

  hide() {
    this.element.hidden = true;
  }

  begin() {
    const type = (text) => this.link.type(text);
    this.screen = new Screen({
      container: this.holder,
      label: `Terminal input, ${this.info.title}. F6 leaves the terminal.`,
      onKey: keyHandler({ term: () => this.screen.term, type, leave: this.leave, search: this.search }),
      onData: (text) => this.typed(this.modify ? this.modify(text) : text),
      onBinary: (latin1) => this.link?.typeBytes(latin1),
      onSize: (cols, rows) => this.link?.resize(cols, rows),
    });
    this.link = new TerminalLink({
      terminalId: this.id,
      base: this.base,
      size: () => ({ cols: this.screen.term.cols, rows: this.screen.term.rows }),
      reset: () => this.screen.reset(),
      write: (bytes, done) => this.screen.write(bytes, done),
    });
    this.overlay = new Overlay({ host: this.element, link: this.link, signIn: this.signIn, start: this.start });
    this.link.addEventListener("status", () => {
      this.element.dataset.connection = this.link.state;
      this.onStatus();
    });
    this.link.start();
  }

  /** Somebody typed or pasted. Who waits for commands to be run hears of each Enter. */
  typed(text) {
    this.link?.type(text);
    if (text.includes("\r")) this.element.dispatchEvent(new CustomEvent("drydock:enter", { bubbles: true }));
  }

  focus() {
    this.screen?.term.focus();
  }

  dispose() {
    this.link?.stop();
    this.screen?.dispose();
    this.element.remove();
  }
}
