import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import { middleButtonPastes, programClipboard, rememberSelection } from "./clipboard.js";
import { preferences } from "./preferences.js";
import { CONTRAST, THEMES } from "./themes.js";
import { Scroller, wheelLines } from "./wheel.js";

const FIT_EVERY = 100;
/** CAN ends whatever sequence a lost connection broke off, RIS resets: in order with the bytes around them. */
const RESET = Uint8Array.of(0x18, 0x1b, 0x63);

/** xterm.js in a container, with everything that does not need a connection. */
export class Screen {
  /** @param {{container: HTMLElement, onKey: (event: KeyboardEvent) => boolean, onData: (text: string) => void,
   *   onBinary: (latin1: string) => void, onSize: (cols: number, rows: number) => void, label: string}} options */
  constructor({ container, onKey, onData, onBinary, onSize, label }) {
    this.container = container;
    this.onData = onData;
    this.term = new Terminal({
      ...look(),
      allowProposedApi: true,
      // The history is tmux's; xterm.js holds the screen.
      scrollback: 0,
      cursorBlink: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--mono"),
      macOptionIsMeta: true,
      rightClickSelectsWord: false,
    });
    this.fitter = new FitAddon();
    this.term.loadAddon(this.fitter);
    this.term.loadAddon(new UnicodeGraphemesAddon());
    this.term.loadAddon(new ClipboardAddon(undefined, programClipboard));
    this.term.loadAddon(new WebLinksAddon((_, address) => window.open(address, "_blank", "noopener,noreferrer")));
    this.term.attachCustomKeyEventHandler(onKey);
    this.term.onData(onData);
    this.term.onBinary(onBinary);
    this.term.onResize(({ cols, rows }) => onSize(cols, rows));
    this.term.onSelectionChange(() => rememberSelection(this.term.getSelection()));
    this.term.open(container);
    this.term.textarea.setAttribute("aria-label", label);
    this.scrolls();
    middleButtonPastes(container, (text) => this.term.paste(text));
    this.useGraphicsCard();
    this.observer = new ResizeObserver(() => this.fitSoon());
    this.observer.observe(container);
    this.applyPreferences = () => this.restyle();
    preferences.addEventListener("change", this.applyPreferences);
    this.fit();
  }

  useGraphicsCard() {
    // Phones take the context away whenever the page is in the background, and draw a screen this small as fast without.
    if (window.matchMedia("(pointer: coarse)").matches) return;
    try {
      const webgl = new WebglAddon();
      // A browser takes the context away when there are many, or after sleep: the DOM renderer goes on.
      webgl.onContextLoss(() => webgl.dispose());
      this.term.loadAddon(webgl);
    } catch {
      // No WebGL 2 here; the DOM renderer is in place already.
    }
  }

  scrolls() {
    const wheel = new Scroller();
    this.term.attachCustomWheelEventHandler((event) => {
      if (this.programWantsMouse() || event.ctrlKey) return true;
      event.preventDefault();
      const sequences = wheel.move(wheelLines(event, { lineHeight: this.lineHeight(), rows: this.term.rows }));
      if (sequences) this.onData(sequences);
      return false;
    });
    const finger = new Scroller();
    let last = 0;
    this.container.addEventListener("touchstart", (event) => (last = event.touches[0].clientY), { passive: true });
    this.container.addEventListener(
      "touchmove",
      (event) => {
        if (event.touches.length !== 1 || this.programWantsMouse()) return;
        const { clientY } = event.touches[0];
        const sequences = finger.move((last - clientY) / this.lineHeight());
        last = clientY;
        if (sequences) this.onData(sequences);
      },
      { passive: true },
    );
  }

  programWantsMouse() {
    return this.term.modes.mouseTrackingMode !== "none";
  }

  lineHeight() {
    return Math.max(1, this.term.element.querySelector(".xterm-screen").clientHeight / this.term.rows);
  }

  /** At most ten times a second: each size is a redraw in the instance. */
  fitSoon() {
    if (this.fitTimer) return;
    this.fitTimer = setTimeout(() => {
      this.fitTimer = 0;
      this.fit();
    }, FIT_EVERY);
  }

  fit() {
    if (this.container.clientWidth > 0 && this.container.clientHeight > 0) this.fitter.fit();
  }

  restyle() {
    Object.assign(this.term.options, look());
    this.fitSoon();
  }

  write(bytes, done) {
    this.term.write(bytes, done);
  }

  reset() {
    this.term.write(RESET);
  }

  /** The line with the cursor, up to the cursor. */
  beforeCursor() {
    const buffer = this.term.buffer.active;
    return buffer.getLine(buffer.baseY + buffer.cursorY)?.translateToString(false, 0, buffer.cursorX) ?? "";
  }

  /** @returns {string[]} what is visible, without blanks at the ends of lines */
  lines() {
    const buffer = this.term.buffer.active;
    return Array.from({ length: this.term.rows }, (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? "");
  }

  dispose() {
    preferences.removeEventListener("change", this.applyPreferences);
    this.observer.disconnect();
    clearTimeout(this.fitTimer);
    this.term.dispose();
  }
}

function look() {
  const { theme, fontSize, screenReader } = preferences;
  return { theme: THEMES[theme], minimumContrastRatio: CONTRAST[theme], fontSize, screenReaderMode: screenReader };
}
