/** @param {number[]} minutes of the ticked modules */
export function sum(minutes) {
  const total = minutes.reduce((before, each) => before + each, 0);
  const clock = `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  const count = minutes.length;
  return { total, clock, words: `${count} ${count === 1 ? "module" : "modules"}, ${total} minutes (${clock} h)` };
}

/** The running total of the agenda table. Without script the form works all the same. */
export function agendaTable(form) {
  const bar = form.querySelector("[data-agenda-bar]");
  const line = form.querySelector("[data-sum]");
  const column = form.querySelector("[data-column-total]");
  const clear = form.querySelector("[data-clear]");
  const show = () => {
    const ticked = [...form.querySelectorAll("input[data-minutes]:checked")];
    const { total, words } = sum(ticked.map((box) => Number(box.dataset.minutes)));
    line.textContent = ticked.length ? words : "Tick modules in the DIY column.";
    column.textContent = ticked.length ? String(total) : "–";
    clear.hidden = ticked.length === 0;
    bar.classList.toggle("filled", ticked.length > 0);
    for (const row of form.querySelectorAll("tbody tr")) row.classList.toggle("ticked", row.querySelector("input").checked);
  };
  line.hidden = false;
  form.addEventListener("change", show);
  // The boxes are cleared after the event.
  form.addEventListener("reset", () => setTimeout(show));
  // Coming back, a browser ticks again what was ticked.
  window.addEventListener("pageshow", show);
  show();
}
