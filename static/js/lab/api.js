import { command, request } from "../sandbox/api.js";

/**
 * What the server says of a person at a lab.
 *
 * @typedef {{step: string, title: string, done_at: string | null, here: boolean | null, earlier: boolean, caught_up: boolean,
 *   message: string, broken: string, attempts: number, hints: number, solution: boolean, locked: boolean}} Step
 * @typedef {{state: "running" | "done" | "failed", phase: "waiting" | "replaying" | "done" | "failed", step: string, at: string,
 *   done: number, of: number, message: string, kept: string[], replaced: string[]}} CatchUp
 * @typedef {{lab: string, sandbox: string | null, finished_at: string | null, seconds: number, ordered: boolean, now: string,
 *   steps: Step[], catch_up: CatchUp | null, seen?: string}} LabState
 */

/** The doors of one lab. Each answers with the LabState, `reset` with the state of the sandbox. */
export class LabApi {
  /** @param {{lab: string, csrf: string}} options the lab's slug, and the token against forged requests */
  constructor({ lab, csrf }) {
    this.root = `/labs/${lab}/`;
    this.csrf = csrf;
  }

  state() {
    return request(this.root, { headers: { Accept: "application/json" } });
  }

  post(door, body) {
    return command(`${this.root}${door}/`, this.csrf, body);
  }

  enter() {
    return this.post("enter");
  }

  /**
   * @param {{scope: "open" | "all" | "step", step?: string, seconds: number, seen?: string}} what with scope "step" the learner
   *   asked; `seconds` is the time in view since the last call; with the `seen` of an earlier answer nothing is run where
   *   nothing has changed since
   */
  check({ scope, step = "", seconds, seen = "" }) {
    return this.post("check", { scope, step, seconds: String(seconds), seen });
  }

  hint(step, number) {
    return this.post("hint", { step, number: String(number) });
  }

  solution(step) {
    return this.post("solution", { step });
  }

  reset() {
    return this.post("reset");
  }

  catchUp(step) {
    return this.post("catch-up", { step });
  }
}
