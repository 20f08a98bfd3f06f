/**
 * The board: the part of the page that the server draws anew after every change. Taking over a fresh one
 * keeps focus, selection, scroll positions, opened disclosures and everything that was typed and is not saved.
 *
 * Events: `swapped` after a fresh board was taken over.
 */
export class Board extends EventTarget {
  constructor(root) {
    super();
    this.root = root;
    this.element = root.querySelector("#board");
    this.swapping = false;
  }

  get version() {
    return Number(this.element.dataset.version);
  }

  /** The slugs of the modules that are in the agenda. */
  get used() {
    return new Set(this.element.dataset.used.split(" ").filter(Boolean));
  }

  /** The items by id, in order: what is said of a change is found by comparing two of these. */
  items() {
    const found = new Map();
    for (const day of this.days()) {
      for (const item of day.querySelectorAll("[data-item]")) {
        const { title, starts, minutes } = item.dataset;
        found.set(item.dataset.item, { title, starts, minutes: Number(minutes), day: Number(day.dataset.number) });
      }
    }
    return found;
  }

  days() {
    return [...this.element.querySelectorAll("[data-day]")];
  }

  problems() {
    return Number(this.element.querySelector("[data-problems]")?.dataset.problems ?? 0);
  }

  /** @param {string} html the answer of the server; @returns {boolean} whether it was a board */
  swap(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("#board");
    if (!fresh) return false;
    // An answer that was overtaken by a newer one says nothing new.
    if (Number(fresh.dataset.version) < this.version) return true;
    const kept = this.keep();
    this.swapping = true;
    try {
      for (const region of fresh.querySelectorAll("[data-region]")) {
        this.element.querySelector(`[data-region="${region.dataset.region}"]`).replaceChildren(...region.childNodes);
      }
      this.element.dataset.version = fresh.dataset.version;
      this.element.dataset.used = fresh.dataset.used;
      this.dispatchEvent(new Event("swapped"));
      this.restore(kept);
    } finally {
      this.swapping = false;
    }
    return true;
  }

  keep() {
    const active = this.element.contains(document.activeElement) ? document.activeElement : null;
    const item = active?.closest("[data-item]");
    return {
      typed: typedFields(this.element).map((field) => ({ id: field.id, value: field.value, checked: field.checked, held: field.dataset.held })),
      open: [...this.element.querySelectorAll("details[open]")].map((each) => each.id),
      focus: active && {
        id: active.id,
        selection: selectionOf(active),
        item: item?.dataset.item,
        neighbours: item ? [...item.parentElement.children].map((each) => each.dataset.item) : [],
        day: active.closest("[data-day]")?.dataset.day,
      },
      left: this.element.querySelector('[data-region="days"]').scrollLeft,
      top: window.scrollY,
    };
  }

  restore({ typed, open, focus, left, top }) {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const { id, value, checked, held } of typed) {
      const field = id && document.getElementById(id);
      if (!field) continue;
      if (field.type === "checkbox") field.checked = checked;
      else if (field.value !== value) field.value = value;
      if (held) field.dataset.held = held;
    }
    if (focus) this.refocus(focus);
    this.element.querySelector('[data-region="days"]').scrollLeft = left;
    window.scrollTo({ top, behavior: "instant" });
    this.focused()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** To the same element; else to its item, the item that took its place, the day, the page. */
  refocus({ id, selection, item, neighbours, day }) {
    const same = id ? document.getElementById(id) : null;
    if (same && !same.disabled) {
      same.focus({ preventScroll: true });
      if (selection) same.setSelectionRange(...selection);
      return;
    }
    const at = neighbours.indexOf(item);
    const near = [item, ...neighbours.slice(at + 1), ...neighbours.slice(0, Math.max(0, at)).reverse()];
    const target = near.map((each) => each && document.getElementById(`item-${each}`)).find(Boolean);
    (target ?? document.getElementById(`day-${day}`) ?? document.getElementById("main")).focus({ preventScroll: true });
  }

  focused() {
    return document.activeElement?.closest?.("[data-item]") ?? null;
  }
}

/** The fields whose value differs from what the server knows. */
export function typedFields(element) {
  return [...element.querySelectorAll("input:not([type=hidden]), textarea")].filter(isTyped);
}

export function isTyped(field) {
  return field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

function selectionOf(field) {
  try {
    return field.selectionStart === null || field.selectionStart === undefined
      ? null
      : [field.selectionStart, field.selectionEnd, field.selectionDirection];
  } catch {
    return null;
  }
}
