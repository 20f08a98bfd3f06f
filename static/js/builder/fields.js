import { isTyped, typedFields } from "./board.js";

const PAUSE = 700;

/**
 * Saves what is typed into the board's fields: a moment after the last key, at once when the field is left.
 * Only what has changed is sent, with what it was before: so nobody's change of the same is overwritten unseen.
 */
export function fields({ root, board, queue }) {
  let timer = 0;
  let composing = false;
  // What is on its way: the fields' values by id, and the last body by form.
  let sent = new Map();
  let bodies = new Map();

  const flush = () => {
    clearTimeout(timer);
    const groups = new Map();
    for (const field of typedFields(board.element)) {
      const form = field.closest("form[data-autosave]");
      if (!form || field.dataset.held || !field.checkValidity()) continue;
      // What is on its way already is not sent once more.
      if (sent.get(field.id) === valueOf(field)) continue;
      groups.set(form, [...(groups.get(form) ?? []), field]);
    }
    for (const [form, changed] of groups) {
      for (const field of changed) sent.set(field.id, valueOf(field));
      const key = form.querySelector("[id]").id;
      const body = expecting(bodyOf(form, changed), bodies.get(key));
      bodies.set(key, body);
      queue.add(form.action, body);
    }
  };

  root.addEventListener("input", (event) => {
    if (!event.target.closest("form[data-autosave]")) return;
    delete event.target.dataset.held;
    clearTimeout(timer);
    if (!composing) timer = setTimeout(flush, PAUSE);
  });
  root.addEventListener("compositionstart", () => (composing = true));
  root.addEventListener("compositionend", () => {
    composing = false;
    timer = setTimeout(flush, PAUSE);
  });
  root.addEventListener("focusout", (event) => {
    if (!board.swapping && event.target.closest("form[data-autosave]")) flush();
  });
  root.addEventListener("drydock:idle", () => {
    if (!queue.idle) return;
    sent = new Map();
    bodies = new Map();
  });
  // A refused text stays in its field, and waits there until somebody decides about it.
  root.addEventListener("drydock:refused", () => {
    for (const field of typedFields(board.element)) if (sent.has(field.id)) field.dataset.held = "yes";
  });

  return {
    flush,
    /** Whether somebody is in the middle of typing something. */
    get typing() {
      const field = document.activeElement;
      return composing || (board.element.contains(field) && field.matches("input, textarea") && isTyped(field) && !field.dataset.held);
    },
  };
}

function bodyOf(form, changed) {
  const all = new FormData(form);
  const names = new Set(changed.map((field) => field.name));
  const body = new URLSearchParams();
  for (const [name, value] of all) {
    const about = name.replace(/^was-/, "");
    if (name === "operation" || names.has(about) || (name === "page-count" && names.has("pages"))) body.append(name, value);
  }
  return body;
}

/**
 * What is sent behind an earlier change of the same fields expects to find what that one wrote. The form still says what
 * was there before both: somebody who types on while a slow server answers would be in conflict with themselves.
 */
export function expecting(body, earlier) {
  for (const name of new Set(body.keys())) {
    if (!name.startsWith("was-") || !earlier?.has(name)) continue;
    const about = name.slice("was-".length);
    const values = earlier.getAll(about);
    // All of the pages are written as none, as the server does.
    const all = about === "pages" && String(values.length) === earlier.get("page-count");
    body.set(name, all ? "" : values.join(","));
  }
  return body;
}

const valueOf = (field) => (field.type === "checkbox" ? String(field.checked) : field.value);
