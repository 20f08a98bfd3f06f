import Sortable from "sortablejs";

const ITEMS = "agenda-items";

/** Drag and drop, within days, between them, and out of the catalogue. */
export function drag({ root, board, queue }) {
  let lists = [];
  const moved = ({ item, to, newDraggableIndex, from, oldDraggableIndex }) => {
    if (to === from && newDraggableIndex === oldDraggableIndex) return;
    queue.operate({ type: "move_item", item: item.dataset.item, day: to.dataset.list, index: newDraggableIndex });
  };
  const added = ({ item, to, newDraggableIndex }) => {
    const { module, moduleMinutes } = item.dataset;
    const operation = { type: "add_item", day: to.dataset.list, index: newDraggableIndex, item: { kind: "module", module, minutes: Number(moduleMinutes) } };
    // The copy that was dropped gives way to what the server draws.
    item.remove();
    queue.operate(operation);
  };
  const common = {
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    // One way of dragging for every browser, which can be styled and works with touch.
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 4,
    delay: 150,
    delayOnTouchOnly: true,
    scroll: true,
    bubbleScroll: true,
    ghostClass: "drag-place",
    fallbackClass: "drag-hand",
    onStart: () => root.classList.add("dragging"),
  };
  const days = () => {
    for (const list of lists) list.destroy();
    lists = [...board.element.querySelectorAll("[data-list]")].map((element) =>
      Sortable.create(element, {
        ...common,
        group: { name: ITEMS, pull: true, put: true },
        draggable: ".item",
        handle: "[data-grip]",
        onAdd: (event) => event.item.dataset.module && added(event),
        onEnd: (event) => {
          root.classList.remove("dragging");
          moved(event);
        },
      }),
    );
  };
  Sortable.create(root.querySelector("#catalogue [data-list]"), {
    ...common,
    group: { name: ITEMS, pull: "clone", put: false },
    sort: false,
    draggable: ".catalogue-module",
    filter: "button",
    preventOnFilter: false,
    onEnd: () => root.classList.remove("dragging"),
  });
  board.addEventListener("swapped", days);
  days();
}
