import { el, icon } from "../lib/dom.js";

/**
 * The row of tabs: one stop for the Tab key, arrows between tabs, F2 or a double click renames, Delete
 * closes. The cross is for the mouse alone, since a tab may not hold another control; the menu beside
 * the tabs has the same commands for everybody.
 */
export class Tabs {
  /** @param {{list: HTMLElement, onSelect: (id: string) => void, onEnter: () => void, onRename: (id: string, title: string) => void,
   *   onClose: (id: string) => void}} options */
  constructor({ list, onSelect, onEnter, onRename, onClose }) {
    Object.assign(this, { list, onSelect, onEnter, onRename, onClose });
    this.tabs = new Map();
    list.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("click", (event) => this.click(event));
    list.addEventListener("auxclick", (event) => event.button === 1 && this.withTab(event, (id) => this.onClose(id)));
    list.addEventListener("dblclick", (event) => this.withTab(event, (id) => this.rename(id)));
  }

  add({ id, panelId }) {
    const tab = el(
      "div",
      { class: "tab", role: "tab", id: `tab-${id}`, tabindex: "-1", "aria-selected": "false", "aria-controls": panelId, "data-tab": id },
      el("span", { class: "tab-dot" }),
      el("span", { class: "tab-title" }),
      el("span", { class: "tab-node" }),
      el("span", { class: "tab-close", "aria-hidden": "true", "data-close": "", title: "Close" }, icon("close")),
    );
    this.tabs.set(id, tab);
    this.list.append(tab);
  }

  update(id, { title, node, connection }) {
    const tab = this.tabs.get(id);
    tab.querySelector(".tab-title").textContent = title;
    tab.querySelector(".tab-node").textContent = node;
    if (connection) tab.dataset.connection = connection;
  }

  remove(id) {
    this.tabs.get(id)?.remove();
    this.tabs.delete(id);
  }

  select(id) {
    for (const [key, tab] of this.tabs) {
      tab.setAttribute("aria-selected", String(key === id));
      tab.tabIndex = key === id ? 0 : -1;
    }
    this.tabs.get(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  withTab(event, run) {
    const tab = event.target.closest("[data-tab]");
    if (tab) run(tab.dataset.tab, tab);
  }

  click(event) {
    this.withTab(event, (id) => (event.target.closest("[data-close]") ? this.onClose(id) : this.onSelect(id)));
  }

  key(event) {
    this.withTab(event, (id) => {
      const ids = [...this.tabs.keys()];
      const at = ids.indexOf(id);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
      const commands = { F2: () => this.rename(id), Delete: () => this.onClose(id), Enter: this.onEnter, " ": this.onEnter, ArrowDown: this.onEnter };
      if (to !== undefined) {
        const next = ids.at(to % ids.length);
        this.onSelect(next);
        this.tabs.get(next)?.focus();
      } else if (event.key in commands) {
        commands[event.key]();
      } else {
        return;
      }
      event.preventDefault();
    });
  }

  /** An input over the tab. Enter and leaving it keep the title, Escape does not. */
  rename(id) {
    const tab = this.tabs.get(id);
    if (!tab) return;
    const before = tab.querySelector(".tab-title").textContent;
    const input = el("input", { class: "tab-rename", type: "text", maxlength: "40", "aria-label": `New name of ${before}`, autocomplete: "off" });
    let open = true;
    const finish = (keep, refocus) => {
      if (!open) return;
      open = false;
      const title = input.value.trim();
      input.remove();
      if (refocus) tab.focus();
      if (keep && title && title !== before) this.onRename(id, title);
    };
    input.value = before;
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true, true);
      else if (event.key === "Escape") finish(false, true);
    });
    input.addEventListener("blur", () => finish(true, false));
    this.list.parentElement.append(input);
    input.style.left = `${Math.max(0, tab.offsetLeft - this.list.scrollLeft)}px`;
    input.focus();
    input.select();
  }
}
