const PAUSE = 250;
const ANSWER_WITHIN = 10_000;

/**
 * The catalogue beside the days: a field to find modules in, those that are not used yet first.
 *
 * While all that is offered is here, finding is a matter of hiding rows, and works without a network. Where there is more,
 * the server is asked.
 */
export function catalogue({ root, board }) {
  const side = root.querySelector("#catalogue");
  const list = side.querySelector("[data-list]");
  const find = side.querySelector("[data-find]");
  const days = side.querySelector("[data-days]");
  const note = side.querySelector("[data-static-note]");
  const whole = () => list.dataset.more === "0" && list.dataset.findWords === "";
  let timer = 0;
  let running = null;

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of list.children) {
      const text = row.dataset.words.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    if (list.children.length > 0) note.textContent = shown ? "" : "No module fits.";
  };

  const load = async () => {
    running?.abort();
    running = new AbortController();
    const query = new URLSearchParams({ find: find.value });
    try {
      const response = await fetch(`${side.dataset.catalogueUrl}?${query}`, {
        credentials: "same-origin",
        signal: AbortSignal.any ? AbortSignal.any([running.signal, AbortSignal.timeout(ANSWER_WITHIN)]) : running.signal,
      });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-list]");
      list.replaceChildren(...fresh.children);
      Object.assign(list.dataset, { more: fresh.dataset.more, findWords: fresh.dataset.findWords });
      note.textContent = page.querySelector("[data-static-note]").textContent;
      follow();
    } catch (error) {
      if (error.name !== "AbortError") note.textContent = "The catalogue cannot be reached. Try again.";
    }
  };

  const look = () => {
    clearTimeout(timer);
    if (whole()) filter();
    else timer = setTimeout(load, PAUSE);
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

  find.addEventListener("input", look);
  find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  board.addEventListener("swapped", follow);
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-choose-day]");
    if (link) days.value = link.dataset.chooseDay;
  });
}
