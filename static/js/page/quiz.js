import { announce } from "../lib/announce.js";
import { post } from "./post.js";

/** A question counts when exactly its right options were chosen. @param {number[]} chosen @param {number[]} right */
export function isRight(chosen, right) {
  return chosen.length === right.length && chosen.every((number) => right.includes(number));
}

/** @returns {string} a sentence about a score */
export function verdict(score, total) {
  if (score === total) return "Everything right.";
  if (score * 3 >= total * 2) return "Most of it sits. Read the explanations of the others once more.";
  return "Read the pages once more, then answer again; it can be repeated as often as you like.";
}

class Question {
  constructor(form, onChecked) {
    this.form = form;
    this.onChecked = onChecked;
    this.options = [...form.querySelectorAll("[data-option]")];
    this.verdict = form.querySelector("[data-verdict]");
    this.check = form.querySelector("[data-check]");
    this.hint = form.querySelector("[data-choose]");
    this.check.hidden = false;
    this.checked = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answer();
    });
    form.addEventListener("change", () => (this.hint.hidden = true));
  }

  get chosen() {
    return this.options.flatMap((option, number) => (option.querySelector("input").checked ? [number] : []));
  }

  get right() {
    return this.options.flatMap((option, number) => (option.dataset.correct === "true" ? [number] : []));
  }

  get isRight() {
    return isRight(this.chosen, this.right);
  }

  answer() {
    if (this.checked) return;
    if (this.chosen.length === 0) {
      this.hint.hidden = false;
      return;
    }
    this.checked = true;
    this.check.hidden = true;
    this.options.forEach((option, number) => {
      const input = option.querySelector("input");
      const why = option.querySelector("[data-why]");
      // Not disabled, or it could not be read with the keyboard any more.
      input.setAttribute("aria-disabled", "true");
      input.addEventListener("click", keep);
      input.setAttribute("aria-describedby", why.id);
      why.hidden = false;
      option.classList.toggle("chosen", this.chosen.includes(number));
      option.classList.toggle("right", option.dataset.correct === "true");
    });
    this.form.dataset.verdict = this.isRight ? "right" : "wrong";
    this.verdict.querySelector("[data-verdict-word]").textContent = this.isRight ? "Right." : "Not right.";
    this.verdict.hidden = false;
    this.verdict.focus();
    this.onChecked();
  }

  clear() {
    this.checked = false;
    this.form.reset();
    delete this.form.dataset.verdict;
    this.verdict.hidden = true;
    this.check.hidden = false;
    for (const option of this.options) {
      const input = option.querySelector("input");
      input.removeAttribute("aria-disabled");
      input.removeAttribute("aria-describedby");
      input.removeEventListener("click", keep);
      option.classList.remove("chosen", "right");
      option.querySelector("[data-why]").hidden = true;
    }
  }
}

function keep(event) {
  event.preventDefault();
}

/** The questions of a page: each is checked at once, the whole run is scored and kept. */
export class Quiz {
  /** @param {HTMLElement} root @param {{csrf: string, onKept: () => void}} options */
  constructor(root, { csrf, onKept }) {
    Object.assign(this, { root, csrf, onKept });
    this.result = root.querySelector("[data-result]");
    this.questions = [...root.querySelectorAll("[data-question]")].map((form) => new Question(form, () => this.checked()));
    this.questions.forEach((question, number) => {
      question.form.querySelector("[data-on]").addEventListener("click", () => this.onFrom(number));
      // A radio button moves with the arrow keys; those that are answered stay as they are.
      question.form.addEventListener("keydown", (event) => question.checked && event.target.matches("input") && event.key.startsWith("Arrow") && event.preventDefault());
    });
    root.querySelector("[data-repeat]").addEventListener("click", () => this.repeat());
  }

  onFrom(number) {
    const open = this.questions.slice(number + 1).find((question) => !question.checked) ?? this.questions.find((question) => !question.checked);
    if (open) open.form.querySelector("input").focus();
    else this.result.focus();
    (open?.form ?? this.result).scrollIntoView({ block: "start", behavior: "smooth" });
  }

  async checked() {
    if (!this.questions.every((question) => question.checked)) return;
    const total = this.questions.length;
    const score = this.questions.filter((question) => question.isRight).length;
    this.result.querySelector("[data-result-title]").textContent = `${score} of ${total} right`;
    this.result.hidden = false;
    this.say(verdict(score, total));
    announce(`${score} of ${total} right.`);
    if (this.root.dataset.signedIn !== "true") return this.say(`${verdict(score, total)} You are not signed in, so this score is not kept.`);
    try {
      const { best } = await post(this.root.dataset.url, { answers: this.questions.map((question) => question.chosen) }, this.csrf);
      this.root.querySelector("[data-best]").textContent = String(best);
      this.root.querySelector("[data-best-line]").hidden = false;
      this.say(`${verdict(score, total)} Your best so far: ${best} of ${total}.`);
      this.onKept();
    } catch (error) {
      this.say(`${verdict(score, total)} ${error.message}`);
    }
    return undefined;
  }

  say(text) {
    this.result.querySelector("[data-result-text]").textContent = text;
  }

  repeat() {
    for (const question of this.questions) question.clear();
    this.result.hidden = true;
    const [first] = this.questions;
    first.form.querySelector("input").focus();
    first.form.scrollIntoView({ block: "start" });
  }
}
