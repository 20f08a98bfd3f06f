/** The catalogue beside the days: a field to find modules in, those that are not used yet first. */
export function catalogue({ root, board }) {
  const side = root.querySelector("#catalogue");
  const list = side.querySelector("[data-list]");
  const find = side.querySelector("[data-find]");
  const days = side.querySelector("[data-days]");
  const none = side.querySelector("[data-none]");

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of list.children) {
      const text = row.dataset.words.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    none.hidden = shown > 0 || list.children.length === 0;
  };

  const follow = () => {
    const used = board.used;
    const rows = [...list.children];
    for (const row of rows) row.classList.toggle("used", used.has(row.dataset.module));
    const order = (row) => Number(used.has(row.dataset.module)) * 1e6 + Number(row.dataset.position);
    const sorted = rows.toSorted ? rows.toSorted((a, b) => order(a) - order(b)) : [...rows].sort((a, b) => order(a) - order(b));
    // Moving an element takes the focus from it.
    const focus = document.activeElement;
    if (sorted.some((row, at) => row !== list.children[at])) list.append(...sorted);
    if (focus && list.contains(focus)) focus.focus({ preventScroll: true });
    offerDays();
  };

  const offerDays = () => {
    const chosen = days.value;
    const options = board.days().map((day) => new Option(`Day ${day.dataset.number}`, day.dataset.day));
    days.replaceChildren(...options);
    if (options.some((option) => option.value === chosen)) days.value = chosen;
  };

  find.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  board.addEventListener("swapped", follow);
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-choose-day]");
    if (link) days.value = link.dataset.chooseDay;
  });
}
