import { recall, remember } from "../lib/storage.js";

const LEAST = 25;
const MOST = 75;
const STEP = 2;

/** The divider between text and terminal: dragged, or moved with the arrow keys; a double click resets it. */
export function split(learn) {
  const divider = learn.querySelector('[role="separator"]');
  const usual = Number(divider.getAttribute("aria-valuenow"));
  const set = (percent, keep = true) => {
    const value = Math.round(Math.min(MOST, Math.max(LEAST, percent)));
    learn.style.setProperty("--split", `${value}%`);
    divider.setAttribute("aria-valuenow", String(value));
    divider.setAttribute("aria-valuetext", `${value} percent for the text`);
    if (keep) remember("split", value);
  };
  const stored = Number(recall("split", usual));
  set(Number.isFinite(stored) ? stored : usual, false);

  divider.addEventListener("keydown", (event) => {
    const now = Number(divider.getAttribute("aria-valuenow"));
    const to = { ArrowLeft: now - STEP, ArrowRight: now + STEP, Home: LEAST, End: MOST, Enter: usual }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    set(to);
  });
  divider.addEventListener("dblclick", () => set(usual));
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    learn.classList.add("dragging");
    divider.classList.add("dragging");
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = learn.getBoundingClientRect();
    set(((event.clientX - left) / width) * 100);
  });
  const drop = () => {
    learn.classList.remove("dragging");
    divider.classList.remove("dragging");
  };
  divider.addEventListener("lostpointercapture", drop);
}
