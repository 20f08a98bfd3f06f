import Reveal from "reveal.js";
import { recall, remember } from "../lib/storage.js";
import { openHelp } from "../site/keys.js";
import { slidesOf, Timer } from "./plan.js";

/** How much of a long slide stays visible when it is scrolled on. */
const OVERLAP = 0.15;
/** Sizes that are tried, largest first, before a slide scrolls. */
const FITS = [1, 0.92, 0.85, 0.78];
const SCROLLS_AT = 0.92;

/** The slides of a module. The window of the speaker follows over a channel, and may steer. */
export class Deck {
  /** @param {{root: HTMLElement, terminal: () => void, actions: Record<string, () => void>}} options */
  constructor({ root, actions }) {
    this.root = root;
    this.slides = slidesOf(root);
    this.where = document.querySelector("[data-where]");
    this.position = document.querySelector("[data-position]");
    this.timer = new Timer(JSON.parse(recall(root.dataset.channel, "null", "session")) ?? undefined);
    this.channel = new BroadcastChannel(root.dataset.channel);
    this.actions = {
      onward: () => this.onward(),
      back: () => this.back(),
      overview: () => this.reveal.toggleOverview(),
      black: () => this.reveal.togglePause(),
      speaker: () => window.open(root.dataset.speaker, "drydock-speaker", "popup,width=1200,height=800"),
      hold: () => this.keepTime((timer) => (timer.runs ? timer.hold() : timer.start())),
      reset: () => this.keepTime((timer) => timer.reset()),
      help: openHelp,
      ...actions,
    };
    this.ready = this.begin();
  }

  async begin() {
    // Once opened, the slides need no network: nothing is left for later.
    for (const picture of this.root.querySelectorAll("img")) picture.loading = "eager";
    this.reveal = new Reveal(this.root, this.options());
    await this.reveal.initialize();
    for (const event of ["slidechanged", "fragmentshown", "fragmenthidden", "paused", "resumed", "overviewshown", "overviewhidden"]) {
      this.reveal.on(event, () => this.moved());
    }
    // Seen all at once, slides are pictures: only the one that is open has buttons.
    const inert = (on) => () => this.slides.forEach(({ element }) => (element.querySelector(".slide-body").inert = on));
    this.reveal.on("overviewshown", inert(true));
    this.reveal.on("overviewhidden", inert(false));
    new ResizeObserver(() => this.resized()).observe(this.root);
    this.channel.onmessage = ({ data }) => this.told(data);
    document.querySelector(".deck-bar").addEventListener("click", (event) => {
      const button = event.target.closest("[data-deck-action]");
      if (button) this.actions[button.dataset.deckAction]();
    });
    this.setSize(Number(recall("present.size", "1")) || 1);
    this.moved();
  }

  options() {
    const { actions } = this;
    const arrow = (action, inOverview) => () => (this.reveal.isOverview() ? this.reveal[inOverview]() : actions[action]());
    return {
      embedded: true,
      width: "100%",
      height: "100%",
      margin: 0,
      minScale: 1,
      maxScale: 1,
      center: false,
      controls: false,
      progress: true,
      hash: true,
      respondToHashChanges: true,
      help: false,
      jumpToSlide: false,
      autoAnimate: false,
      scrollActivationWidth: null,
      navigationMode: "linear",
      transition: "none",
      backgroundTransition: "none",
      viewDistance: 200,
      keyboardCondition: belongsToDeck,
      keyboard: {
        32: (event) => (event.shiftKey ? actions.back() : actions.onward()),
        33: actions.back,
        34: actions.onward,
        37: arrow("back", "left"),
        38: arrow("back", "up"),
        39: arrow("onward", "right"),
        40: arrow("onward", "down"),
        70: () => toggleFullScreen(),
        83: actions.speaker,
        84: actions.terminal,
        // "?" and "/" are the site's own keys.
        191: () => {},
        187: () => this.setSize(this.size + 0.1),
        107: () => this.setSize(this.size + 0.1),
        189: () => this.setSize(this.size - 0.1),
        109: () => this.setSize(this.size - 0.1),
      },
    };
  }

  get index() {
    return Math.max(0, this.slides.findIndex(({ element }) => element === this.reveal.getCurrentSlide()));
  }

  get body() {
    return this.slides[this.index].element.querySelector(".slide-body");
  }

  onward() {
    const { body } = this;
    const left = body.scrollHeight - body.clientHeight - body.scrollTop;
    if (left > 4 && !this.reveal.isOverview()) body.scrollBy({ top: Math.min(left, body.clientHeight * (1 - OVERLAP)) });
    else this.reveal.next();
  }

  back() {
    const { body } = this;
    if (body.scrollTop > 4 && !this.reveal.isOverview()) body.scrollBy({ top: -body.clientHeight * (1 - OVERLAP) });
    else this.reveal.prev();
  }

  setSize(size) {
    this.size = Math.min(1.8, Math.max(0.6, Math.round(size * 10) / 10));
    remember("present.size", this.size);
    this.root.style.setProperty("--size", String(this.size));
    this.fit();
  }

  resized() {
    this.reveal.layout();
    this.fit();
  }

  /** Smaller text as long as that makes the slide fit; what is longer scrolls, at a size that can be read from afar. */
  fit() {
    const { body } = this;
    for (const scale of [...FITS, SCROLLS_AT]) {
      body.style.setProperty("--fit", String(scale));
      if (body.scrollHeight <= body.clientHeight + 1) break;
    }
    body.classList.toggle("long", body.scrollHeight > body.clientHeight + 1);
  }

  moved() {
    const { index } = this;
    if (index > 0 && this.timer.elapsed() === 0) this.timer.start();
    this.fit();
    this.where.textContent = this.slides[index].title;
    this.position.textContent = `${index + 1} / ${this.slides.length}`;
    this.keepTime(() => {});
  }

  keepTime(change) {
    change(this.timer);
    remember(this.root.dataset.channel, JSON.stringify(this.timer.state), "session");
    this.tell();
  }

  tell() {
    this.channel.postMessage({ type: "at", index: this.index, black: this.reveal.isPaused(), timer: this.timer.state });
  }

  told(data) {
    if (data.type === "hello") this.tell();
    else if (data.type === "do" && Object.hasOwn(this.actions, data.action)) this.actions[data.action]();
  }

  /** The keys of a remote control are the deck's again. */
  focus() {
    document.activeElement?.blur();
  }
}

/** Keys in the terminal, in a dialog and on a control stay there. */
export function belongsToDeck(event) {
  if (document.querySelector("dialog[open]") || event.target.closest?.(".workbench, .divider")) return false;
  return !(event.key === " " && event.target.closest?.("button, a, summary, [tabindex='0']"));
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}
