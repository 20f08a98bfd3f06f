/** Text and terminal as two tabs on a small screen, side by side on a large one (same width as css/learn.css). */
const SMALL = window.matchMedia("(max-width: 56rem)");

export class Views {
  /** @param {HTMLElement} learn @param {() => void} shown called when the terminal has become visible */
  constructor(learn, shown) {
    Object.assign(this, { learn, shown });
    this.strip = learn.querySelector("[data-view-switch]");
    this.panes = { text: learn.querySelector("#text"), terminal: learn.querySelector("#workbench") };
    this.buttons = [...this.strip.querySelectorAll("button")];
    this.strip.addEventListener("click", (event) => {
      const button = event.target.closest("[data-view-button]");
      if (button) this.show(button.dataset.viewButton);
    });
    this.strip.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      this.show(this.view === "text" ? "terminal" : "text");
      this.buttons.find((button) => button.dataset.viewButton === this.view).focus();
    });
    SMALL.addEventListener("change", () => this.arrange());
    this.arrange();
  }

  get view() {
    return this.learn.dataset.view;
  }

  get small() {
    return SMALL.matches;
  }

  /** Something has happened in the text: said at its tab while the terminal covers it. */
  news() {
    this.strip.querySelector("[data-text-dot]").hidden = this.view === "text";
  }

  show(view) {
    this.learn.dataset.view = view;
    if (view === "text") this.strip.querySelector("[data-text-dot]").hidden = true;
    this.arrange();
    if (view === "terminal") this.shown();
  }

  /** The roles of tabs hold only while there are tabs. */
  arrange() {
    if (this.small) this.strip.setAttribute("role", "tablist");
    else this.strip.removeAttribute("role");
    this.strip.setAttribute("aria-label", "Text or terminal");
    if (!this.small) this.strip.removeAttribute("aria-label");
    for (const button of this.buttons) {
      const name = button.dataset.viewButton;
      const pane = this.panes[name];
      const attributes = { role: "tab", "aria-selected": String(this.view === name), "aria-controls": pane.id };
      for (const [key, value] of Object.entries(attributes)) {
        if (this.small) button.setAttribute(key, value);
        else button.removeAttribute(key);
      }
      button.tabIndex = !this.small || this.view === name ? 0 : -1;
      if (this.small) pane.setAttribute("role", "tabpanel");
      else pane.removeAttribute("role");
    }
  }
}
