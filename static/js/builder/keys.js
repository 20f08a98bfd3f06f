const TYPING = "input:not([type=checkbox]), textarea, select";

/** The keys: on an item those that move and remove it, anywhere outside of fields undo and redo. */
export function keys({ root, board, queue, autosave }) {
  const prepare = () => {
    for (const item of board.element.querySelectorAll("[data-item]")) item.tabIndex = 0;
  };
  board.addEventListener("swapped", prepare);
  prepare();

  const press = (item, key) => {
    const button = item.querySelector(`[data-key="${key}"]`);
    // Pressed on the item, the focus stays on the item.
    if (button && !button.disabled) queue.sendForm(button.form, button);
  };

  root.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.isComposing || target.closest("dialog")) return;
    const typing = target.matches(TYPING);
    const item = target.closest("[data-item]");
    if (item && event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      const key = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" }[event.key];
      if (!key || typing) return;
      event.preventDefault();
      autosave.flush();
      press(item, key);
    } else if (event.key === "Delete" && item === target) {
      event.preventDefault();
      press(item, "remove");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.target.matches?.(TYPING)) return;
    const key = event.key.toLowerCase();
    const again = (key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey);
    if (!again && key !== "z") return;
    event.preventDefault();
    queue.add(again ? root.dataset.redo : root.dataset.undo);
  });
}
