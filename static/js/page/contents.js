import { contentsChoice } from "../lib/contents.js";
import { remember } from "../lib/storage.js";
import { pageKeys } from "../site/keys.js";

/** Above this width the contents are a column that stays or goes; below, a drawer (same width as css/contents.css). */
const WIDE = window.matchMedia("(min-width: 75rem)");

/** The contents of the module at the left, and the keys that turn pages. */
export class Contents {
  constructor(frame) {
    this.nav = frame.querySelector("[data-contents]");
    this.veil = frame.querySelector("[data-contents-veil]");
    this.button = frame.querySelector("[data-contents-toggle]");
    this.closer = this.nav.querySelector("[data-contents-close]");
    this.rest = [frame.querySelector(".learn"), document.querySelector(".site-header")];
    this.drawer = false;
    this.button.hidden = this.closer.hidden = false;
    this.button.addEventListener("click", () => this.toggle());
    this.closer.addEventListener("click", () => this.toggle());
    this.veil.addEventListener("click", () => this.close());
    this.nav.addEventListener("keydown", (event) => event.key === "Escape" && this.drawer && this.close());
    WIDE.addEventListener("change", () => this.close());
    pageKeys({
      j: () => this.turn("next"),
      k: () => this.turn("prev"),
      c: () => this.toggle(),
    });
    this.show();
    this.nav.querySelector('[aria-current="page"]')?.scrollIntoView({ block: "nearest" });
  }

  get isShown() {
    return WIDE.matches ? contentsChoice() !== "closed" : this.drawer;
  }

  turn(direction) {
    const link = document.querySelector(`.pager [rel="${direction}"]`);
    if (!link) return false;
    window.location.assign(link.href);
    return true;
  }

  toggle() {
    if (WIDE.matches) {
      const held = this.nav.contains(document.activeElement);
      remember("contents", this.isShown ? "closed" : "open");
      this.show();
      if (held) this.button.focus();
    } else if (this.drawer) {
      this.close();
    } else {
      this.drawer = true;
      this.show();
      (this.nav.querySelector('[aria-current="page"]') ?? this.nav).focus();
    }
  }

  close() {
    if (!this.drawer) return this.show();
    this.drawer = false;
    this.show();
    this.button.focus();
    return undefined;
  }

  show() {
    document.documentElement.dataset.contents = contentsChoice();
    this.nav.classList.toggle("drawn", this.drawer);
    this.veil.hidden = !this.drawer;
    for (const part of this.rest) part.inert = this.drawer;
    this.button.setAttribute("aria-expanded", String(this.isShown));
  }
}

/** A small link beside each heading, so that a section can be pointed at. */
export function headingLinks(prose) {
  for (const heading of prose.querySelectorAll(":is(h2, h3)[id]")) {
    const link = document.createElement("a");
    link.className = "heading-link";
    link.href = `#${heading.id}`;
    link.setAttribute("aria-label", `Link to “${heading.textContent.trim()}”`);
    link.textContent = "#";
    heading.append(link);
  }
}
