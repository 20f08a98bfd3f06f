import { announce } from "../lib/announce.js";
import { el, icon, setIcon } from "../lib/dom.js";
import { copyText } from "../terminal/clipboard.js";
import { commandLines } from "./runtext.js";

/**
 * Gives every run block of the text its buttons.
 * @param {HTMLElement} text
 * @param {(request: {steps: object[], source: string, interrupt: boolean, node: string, figure: HTMLElement}) => Promise<boolean>} run
 *   resolves to whether the commands were typed
 */
export function runBlocks(text, run) {
  text.querySelectorAll("[data-run]").forEach((figure, index) => new RunBlock(figure, index + 1, run));
}

class RunBlock {
  constructor(figure, number, run) {
    Object.assign(this, { figure, run });
    this.source = commandLines(figure.querySelector(".run-source").content.textContent).join("\n");
    this.keystrokes = JSON.parse(figure.querySelector(".run-keystrokes").content.textContent);
    this.interrupts = figure.dataset.interrupt === "true";
    figure.setAttribute("aria-label", figure.querySelector("figcaption")?.textContent.trim() || `Commands, block ${number}`);
    figure.querySelector("pre").tabIndex = 0;
    figure.append(this.tools());
    figure.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.go(this.interrupts);
    });
  }

  tools() {
    const button = (action, symbol, label, title, onclick, kind = "quiet") =>
      el("button", { class: `button small ${kind}`, type: "button", "data-action": action, title, on: { click: onclick } }, icon(symbol), el("span", {}, label));
    this.copyButton = button("copy", "copy", "Copy", "Copy the commands", () => this.copy());
    const first = this.interrupts
      ? button("run", "play", "Interrupt and run", "Presses Ctrl-C, then types the commands (Ctrl+Enter)", () => this.go(true), "")
      : button("run", "play", "Run", "Type this into the terminal (Ctrl+Enter)", () => this.go(false), "");
    const second = this.interrupts ? null : button("interrupt-run", "interrupt", "Interrupt first", "Presses Ctrl-C, then types the commands", () => this.go(true));
    this.mark = el("span", { class: "ran-mark", hidden: true }, icon("check"), "Typed");
    const tools = el("div", { class: "run-tools" }, first, this.copyButton);
    if (second) tools.append(second);
    tools.append(this.mark);
    return tools;
  }

  async go(interrupt) {
    const typed = await this.run({ steps: this.keystrokes, source: this.source, interrupt, node: this.figure.dataset.node ?? "", figure: this.figure });
    if (!typed) return;
    this.figure.classList.add("ran");
    this.figure.dataset.ran = "true";
    this.mark.hidden = false;
  }

  async copy() {
    const done = await copyText(`${this.source}\n`);
    announce(done ? "Copied." : "The browser did not allow copying.");
    if (!done) return;
    setIcon(this.copyButton, "check");
    this.copyButton.lastChild.textContent = "Copied";
    setTimeout(() => {
      setIcon(this.copyButton, "copy");
      this.copyButton.lastChild.textContent = "Copy";
    }, 1600);
  }
}
