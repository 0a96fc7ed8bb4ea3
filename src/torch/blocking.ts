import { AdsamError } from "../errors.ts";
import { questionAtHand } from "../interop/callbacks.ts";
import { jobs } from "../schema/endpoints.ts";
import { dropNow, packNow, unpackNow } from "./bundle.ts";
import { crashed, pythonError, reply, understood } from "./failures.ts";
import { checkNames, type JobAnswer, type JobRequest } from "./messages.ts";
import type { Session } from "./session.ts";
import type { SideDoor } from "./side-door.ts";

/** What is asked of Python by code that cannot wait. */
export class Blocking {
  readonly #session: Session;
  readonly #door: SideDoor;
  readonly #waiting: (question: number | undefined) => boolean;

  /** @param waiting tells whether something was asked within a question, or within none, that is not answered. */
  constructor(session: Session, door: SideDoor, waiting: (question: number | undefined) => boolean) {
    this.#session = session;
    this.#door = door;
    this.#waiting = waiting;
  }

  /**
   * The answer; nothing else happens here until it has come.
   * @throws AdsamError `usage` while Python is busy: it may wait for this thread, which would wait for it.
   */
  ask(request: JobRequest<"ask">): JobAnswer<"ask"> {
    this.#session.requireLife();
    this.#requireRest();
    const carrier = packNow(request.tensors, this.#session.folders);
    try {
      const answer = understood(jobs.ask.answer, this.#answerTo({ ...request, tensors: carrier }), "Python's answer");
      const tensors = unpackNow(answer.tensors);
      checkNames(jobs.ask.answer, tensors, "Python's answer");
      return { ...answer, tensors };
    } finally {
      dropNow(carrier);
    }
  }

  #answerTo(message: object): unknown {
    const text = this.#door.ask(JSON.stringify(message));
    if (text === undefined) throw crashed(null, null, "");
    const answer = understood(reply, JSON.parse(text), "Python's reply");
    if ("error" in answer) throw pythonError(answer.error);
    return answer.answer;
  }

  #requireRest(): void {
    const { questions, jobs } = this.#session;
    const asked = questionAtHand.getStore();
    const within = asked !== undefined && questions.open.has(asked) ? asked : undefined;
    if (!this.#waiting(within) && !jobs.busy(within)) return;
    throw new AdsamError("usage", "expected Python to be at rest, got a synchronous question while it is busy", {
      suggestion: "await what was asked of this backend before, or open another one for it",
    });
  }
}
