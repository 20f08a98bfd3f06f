import { pace, plan, slidesOf, stopwatch, Timer } from "./plan.js";

/** So long after asking, no slides are open. */
const ANSWER_WITHIN = 1_500;
const KEYS = { PageDown: "onward", ArrowRight: "onward", ArrowDown: "onward", " ": "onward", PageUp: "back", ArrowLeft: "back", ArrowUp: "back", b: "black", ".": "black" };

/** What the room does not see: the notes, the next slide, the time. It shows what the slides' window says. */
export class SpeakerView {
  constructor(root) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    Object.assign(this, { root, find });
    this.slides = slidesOf(find("slides"));
    this.starts = plan(this.slides);
    this.timer = new Timer();
    this.index = 0;
    this.channel = new BroadcastChannel(root.dataset.channel);
    this.channel.onmessage = ({ data }) => data.type === "at" && this.at(data);
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-speaker-action]");
      if (button) this.send(button.dataset.speakerAction);
    });
    document.addEventListener("keydown", (event) => this.key(event));
    this.show();
    this.hello();
    setInterval(() => this.tick(), 500);
    setInterval(() => this.hello(), 5_000);
  }

  hello() {
    this.answered = false;
    this.channel.postMessage({ type: "hello" });
    setTimeout(() => (this.find("alone").hidden = this.answered), ANSWER_WITHIN);
  }

  send(action) {
    this.channel.postMessage({ type: "do", action });
  }

  key(event) {
    const action = KEYS[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === " " && event.target.closest("button, a")) return;
    event.preventDefault();
    this.send(action);
  }

  at({ index, black, timer }) {
    this.answered = true;
    this.find("alone").hidden = true;
    this.timer = new Timer(timer);
    const button = this.root.querySelector('[data-speaker-action="black"]');
    button.setAttribute("aria-pressed", String(black));
    this.root.querySelector('[data-speaker-action="hold"]').textContent = this.timer.runs ? "Hold the time" : "Start the time";
    if (index !== this.index) {
      this.index = index;
      this.show();
    }
    this.tick();
  }

  show() {
    const { slides, index } = this;
    this.find("position").textContent = `${index + 1} / ${slides.length}`;
    this.fill("now", slides[index]);
    this.fill("next", slides[index + 1]);
    const notes = this.find("notes-pane");
    notes.innerHTML = slides[index]?.notes ?? "";
    if (!notes.textContent.trim()) notes.textContent = "No notes for this slide.";
    notes.scrollTop = 0;
    this.tick();
  }

  fill(name, slide) {
    const place = this.find(name);
    if (!slide) {
      place.textContent = "The end.";
      return;
    }
    const copy = slide.element.querySelector(".slide-body").cloneNode(true);
    for (const element of copy.querySelectorAll("[id]")) element.removeAttribute("id");
    for (const picture of copy.querySelectorAll("img")) picture.loading = "eager";
    for (const fragment of copy.querySelectorAll(".fragment")) fragment.classList.remove("fragment");
    place.replaceChildren(copy);
    place.scrollTop = 0;
  }

  tick() {
    const elapsed = this.timer.elapsed();
    const from = this.starts[this.index] ?? 0;
    const until = this.starts[this.index + 1] ?? from;
    const { kind, words } = pace(elapsed, from, until);
    this.find("elapsed").textContent = stopwatch(elapsed);
    this.find("planned").textContent = stopwatch(from * 60_000);
    this.find("pace").dataset.kind = kind;
    this.find("pace").textContent = this.timer.runs ? words : "";
    this.find("clock").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }
}
