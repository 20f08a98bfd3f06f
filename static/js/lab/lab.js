import { announce } from "../lib/announce.js";
import { Backoff } from "../lib/backoff.js";
import { ApiError } from "../sandbox/api.js";
import { Anew } from "./anew.js";
import { LabApi } from "./api.js";
import { LabBar } from "./bar.js";
import { bench, mark, nextOpen, stepView, withAnswers } from "./describe.js";
import { Finale } from "./finale.js";
import { Hints } from "./hints.js";
import { labKeys } from "./keys.js";
import { StepPanel } from "./panel.js";
import { Scroller } from "./scroll.js";
import { sectionsOf } from "./sections.js";
import { Stopwatch } from "./stopwatch.js";
import { Watcher } from "./watcher.js";

/** After the prompt is back from typed commands, ms: whoever types goes on typing. */
const QUIET = 1_000;
/** What a run block started may need a moment: looked at again so many ms after its prompt. */
const AGAIN = [1_000, 2_500];
/** Another tab of the same person may have had its turn: asked so often until a check was really run. */
const ASK = 4;
/** Commands wait for the lab's files, but not for ever: after so many tries they are typed all the same. */
const ENTER = 3;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The lab of a page: what is shown of its steps follows from the server's LabState and from the sandbox. */
export class Lab {
  /** @param {{learn: HTMLElement, page: import("../page/learning.js").LearningPage, done: import("../page/done.js").DoneBar}} options */
  constructor({ learn, page, done }) {
    const { lab, csrf, signIn } = learn.dataset;
    Object.assign(this, { page, done, state: null, asking: "", touched: new Set(), problems: new Map(), note: "", enters: 0, waits: false, seen: "" });
    this.api = new LabApi({ lab, csrf });
    this.pane = learn.querySelector("#text");
    this.scroller = new Scroller(this.pane, learn.querySelector("[data-lab-bar]"));
    this.sections = sectionsOf(this.pane.querySelector("[data-prose]"));
    this.anew = new Anew(this);
    this.stopwatch = new Stopwatch();
    this.backoff = new Backoff({ first: 1_000, ceiling: 30_000 });
    this.build(learn, signIn);
    this.watcher = new Watcher({ check: (routine) => this.look(routine), allowed: () => this.canCheck, steady: () => this.isOpen });
    this.entered = { id: null, live: null, answer: Promise.resolve() };
    this.loading = this.load();
    page.follow(this);
    this.listen(learn);
  }

  build(learn, signIn) {
    const goTo = (anchor) => this.goTo(anchor);
    this.panels = new Map();
    this.hints = new Map();
    this.sections.forEach((section, index) => {
      const { anchor } = section;
      this.panels.set(anchor, new StepPanel(section, { number: index + 1, signIn, goTo, act: (action) => this.act(action, anchor) }));
      this.hints.set(
        anchor,
        new Hints(section, {
          onHint: (number) => this.attempt(async () => this.apply(await this.api.hint(anchor, number))),
          onSolution: () => this.attempt(async () => this.apply(await this.api.solution(anchor))),
        }),
      );
    });
    this.bar = new LabBar(learn.querySelector("[data-lab-bar]"), { goTo, reset: () => this.anew.reset() });
    const finale = learn.querySelector("[data-lab-finale]");
    this.finale = new Finale(finale, finale.dataset.nextUrl ? { address: finale.dataset.nextUrl, title: finale.dataset.nextTitle } : null);
  }

  listen(learn) {
    document.addEventListener("visibilitychange", () => this.changed());
    window.addEventListener("online", () => this.watcher.soon());
    learn.querySelector("#workbench").addEventListener("drydock:enter", () => this.afterEnter());
    labKeys(this);
    setInterval(() => this.drawBar(), 10_000);
  }

  // --- what is so -------------------------------------------------------------------------------

  get steps() {
    return this.state?.steps ?? [];
  }

  get bench() {
    return bench({ sandbox: this.page.sandbox, signedIn: this.page.signedIn, catchingUp: this.anew.isRunning });
  }

  /** Whether there is anything that a check could turn green. */
  get canCheck() {
    const inView = document.visibilityState === "visible";
    return inView && this.bench === "ready" && this.entered.done && this.steps.some((step) => step.here !== true && !step.locked);
  }

  /** Whether a step is to be done yet: only then it is looked at again and again. */
  get isOpen() {
    return this.canCheck && this.steps.some(({ done_at, locked }) => !done_at && !locked);
  }

  titleOf(anchor) {
    return this.steps.find(({ step }) => step === anchor)?.title ?? "";
  }

  // --- news -------------------------------------------------------------------------------------

  /** The first state; tried until the server answers. */
  async load() {
    while (!this.state) {
      const state = await this.attempt(() => this.api.state());
      if (state) this.apply(state);
      else if (this.page.signedIn) await sleep(this.backoff.next());
      else return;
    }
    this.backoff.reset();
  }

  async refresh() {
    const state = await this.attempt(() => this.api.state());
    if (state) this.apply(state);
  }

  /** An answer of the server. One that was overtaken by a newer one is ignored. @param {import("./api.js").LabState} state */
  apply(state) {
    if (this.state && Date.parse(state.now) < Date.parse(this.state.now)) return;
    const before = this.state;
    this.state = withAnswers(before, state);
    this.problems.clear();
    this.anew.update(state.catch_up);
    for (const step of this.steps) this.hints.get(step.step)?.update(step);
    this.render();
    if (before) this.celebrate(before);
    this.watcher.resume();
  }

  /** The sandbox, or who is signed in, or whether the page is in view, has changed. */
  changed() {
    const { sandbox } = this.page;
    const live = ["waiting", "preparing", "ready"].includes(sandbox?.state) ? sandbox.id : null;
    if (this.state && live !== this.entered.live && this.page.signedIn) this.refresh();
    this.entered.live = live;
    if (this.bench === "ready" && this.entered.id !== sandbox.id) this.enter(sandbox.id);
    if (this.watcher.failing && this.page.feed.line === "live") this.watcher.soon();
    this.render();
    this.watcher.resume();
  }

  /** Tells the server that the lab begins in this sandbox, until it has heard it. */
  enter(id) {
    const answer = this.tellEntry(id);
    this.entered = { ...this.entered, id, done: false, answer };
  }

  async tellEntry(id) {
    await this.loading;
    let state = null;
    for (let turn = 0; turn < ENTER && !state && this.entered.id === id; turn += 1) {
      if (turn > 0) await sleep(this.backoff.next());
      state = await this.attempt(() => this.api.enter());
    }
    if (this.entered.id !== id) return;
    if (state) {
      this.backoff.reset();
      this.entered.done = true;
      this.seen = "";
      this.apply(state);
      this.watcher.soon();
    } else {
      setTimeout(() => {
        if (this.entered.id === id) this.entered.id = null;
        this.changed();
      }, this.backoff.next());
    }
  }

  /** Run blocks wait for this: the lab's files must be there before its commands. */
  async before() {
    await this.anew.over();
    await this.entered.answer;
  }

  /** Says it, and moves on, when a step has turned green. @param {import("./api.js").LabState} before */
  celebrate(before) {
    const was = new Map(before.steps.map((step) => [step.step, mark(step)]));
    const turned = this.steps.filter((step) => mark(step) === "done" && was.get(step.step) !== "done");
    if (turned.length > 0) this.page.views.news();
    if (this.state.finished_at && !before.finished_at) {
      this.finish();
      this.scroller.onTo(this.finale.root);
    } else if (turned.length > 0 && !this.anew.isRunning) {
      const next = nextOpen(this.steps, turned.at(-1).step);
      announce(`Done: ${turned.map(({ title }) => title).join(", ")}.${next ? ` Next: ${next.title}.` : ""}`);
      const section = this.sections.find(({ anchor }) => anchor === next?.step);
      if (section) this.scroller.onTo(section.heading);
    }
  }

  async finish() {
    // Which says so itself, and this is the better news.
    await this.done.set(true);
    announce(`Lab done. All ${this.steps.length} steps are green.`);
  }

  // --- checks -----------------------------------------------------------------------------------

  /** Looks at all open steps. @param {boolean} routine nothing has happened that is known of: unless the sandbox has changed, nothing is run */
  async look(routine) {
    const locked = () => this.steps.filter((step) => step.locked).length;
    const before = locked();
    const certain = routine && !this.steps.some(({ broken }) => broken);
    const { seen } = await this.check({ scope: "open", seen: certain ? this.seen : "" });
    // What was locked until now has not been looked at yet.
    this.seen = before === locked() ? (seen ?? "") : "";
  }

  async check(what) {
    const seconds = this.stopwatch.take();
    try {
      const state = await this.api.check({ ...what, seconds });
      this.note = "";
      this.apply(state);
      return state;
    } catch (error) {
      this.stopwatch.giveBack(seconds);
      this.trouble(error);
      throw error;
    }
  }

  /** The learner asks about a step. @param {string} anchor */
  async ask(anchor) {
    if (this.asking || this.bench !== "ready") return;
    this.asking = anchor;
    this.touched.add(anchor);
    this.render();
    try {
      await this.entered.answer;
      await this.askUntilHeard(anchor);
    } catch (error) {
      this.problems.set(anchor, error.message);
    }
    this.asking = "";
    this.render();
    this.sayAnswer(anchor);
  }

  async askUntilHeard(anchor) {
    const find = (state) => state.steps.find(({ step }) => step === anchor);
    const { attempts } = find(this.state);
    for (let turn = 0; turn < ASK; turn += 1) {
      if (turn > 0) await sleep(500);
      const answer = find(await this.watcher.alone(() => this.check({ scope: "step", step: anchor })));
      if (answer.attempts > attempts || answer.broken) return;
    }
  }

  sayAnswer(anchor) {
    const step = this.steps.find((each) => each.step === anchor);
    const { tone, title, text } = this.viewOf(step);
    // What has turned green was said already.
    if (tone !== "done" || step.here === false) announce(`${step.title}: ${title}. ${text}`);
  }

  /** A run block was typed, and the prompt is back. @param {HTMLElement} figure */
  async typed(figure) {
    const section = this.sections.find(({ blocks }) => blocks.includes(figure));
    if (section) this.touched.add(section.anchor);
    this.watcher.soon();
    for (const ms of AGAIN) setTimeout(() => this.isDone(section) || this.watcher.soon(), ms);
  }

  isDone(section) {
    return this.steps.find(({ step }) => step === section?.anchor)?.here === true;
  }

  /** Enter was pressed in a terminal: once the prompt is back and nothing more is typed, it is looked. */
  async afterEnter() {
    this.enters += 1;
    if (this.waits) return;
    this.waits = true;
    let seen = 0;
    while (seen !== this.enters) {
      seen = this.enters;
      await this.page.workspace.settled();
      await sleep(QUIET);
    }
    this.waits = false;
    const here = nextOpen(this.steps)?.step;
    if (here) this.touched.add(here);
    this.watcher.soon();
  }

  // --- what a person does -----------------------------------------------------------------------

  act(action, anchor) {
    if (action === "check") return this.ask(anchor);
    if (action === "catch-up") return this.anew.catchUpTo(anchor);
    this.page.views.show("terminal");
    return this.page.start();
  }

  /** Goes to a step because somebody wanted to: the focus goes along. */
  goTo(anchor) {
    this.page.views.show("text");
    const { heading } = this.sections.find((section) => section.anchor === anchor);
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    this.scroller.to(heading);
  }

  /** Brings a step into view and leaves the focus where it is. */
  show(anchor) {
    this.scroller.to(this.sections.find((section) => section.anchor === anchor).heading);
  }

  /** The step that is being read: the one with the focus, else the one in view. @returns {string} its anchor, "" above the first */
  get reading() {
    const { activeElement } = document;
    const inText = this.pane.contains(activeElement) && activeElement !== this.pane;
    const follows = ({ heading }) => heading.contains(activeElement) || heading.compareDocumentPosition(activeElement) & Node.DOCUMENT_POSITION_FOLLOWING;
    const edge = this.pane.getBoundingClientRect().top + this.pane.clientHeight / 3;
    const passed = ({ heading }) => heading.getBoundingClientRect().top <= edge;
    return this.sections.findLast(inText ? follows : passed)?.anchor ?? "";
  }

  // --- troubles ---------------------------------------------------------------------------------

  /** What a call gives, null where it fails, which is said. @template T @param {() => Promise<T>} call @returns {Promise<T | null>} */
  async attempt(call) {
    try {
      const answer = await call();
      this.note = "";
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.trouble(error);
      return null;
    }
  }

  trouble(error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) {
      this.page.signedIn = false;
      this.page.render();
    }
    this.note = { offline: "The server cannot be reached. Trying again." }[error.code] ?? (error.code === "not-ready" ? "" : error.message);
    this.render();
  }

  // --- what is shown ----------------------------------------------------------------------------

  viewOf(step) {
    const problem = this.problems.get(step.step);
    return stepView({
      step: problem ? { ...step, broken: problem } : step,
      steps: this.steps,
      bench: this.bench,
      asking: this.asking === step.step,
      touched: this.touched.has(step.step),
      now: this.page.clock.now(),
    });
  }

  render() {
    if (!this.state) return;
    const inView = document.visibilityState === "visible";
    this.stopwatch.run(inView && this.bench === "ready" && !this.state.finished_at);
    for (const step of this.steps) this.panels.get(step.step)?.render(this.viewOf(step));
    this.finale.render(this.state);
    this.drawBar();
  }

  drawBar() {
    if (!this.state) return;
    this.bar.render(this.state, {
      seconds: this.state.seconds + this.stopwatch.seconds,
      note: this.note,
      canReset: ["ready", "gone"].includes(this.bench),
      current: nextOpen(this.steps)?.step ?? "",
    });
    const { catchUp } = this.anew;
    this.bar.tell(catchUp, catchUp ? this.titleOf(catchUp.step) : "", () => this.anew.close());
  }
}
