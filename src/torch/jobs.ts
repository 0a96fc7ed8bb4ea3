import type { AdsamError } from "../errors.ts";
import { type JobEvent, type Jobs as JobEndpoints, jobs } from "../schema/endpoints.ts";
import type { FitEvent } from "../schema/events.ts";
import { cancelled, pythonError } from "./failures.ts";
import type { AnswerOf, RequestOf, Session } from "./session.ts";

export interface JobOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: FitEvent) => void) | undefined;
}

interface Unfinished {
  readonly onEvent: ((event: FitEvent) => void) | undefined;
  readonly finish: (end: Exclude<JobEvent, { kind: "progress" }>) => void;
}

/** Runs the session's jobs: hands them over, passes their events on, cancels them, and awaits their ends. */
export class Jobs {
  readonly #session: Session;
  readonly #unfinished = new Map<number, Unfinished>();
  #started = 0;

  constructor(session: Session) {
    this.#session = session;
    session.events.onEvent = (event) => {
      const job = this.#unfinished.get(event.job);
      if (event.kind === "progress") job?.onEvent?.(event.event);
      else job?.finish(event);
    };
  }

  /**
   * The job's answer.
   * @throws AdsamError `cancelled` when the signal fires first, and whatever Python reports.
   */
  async run<M extends keyof JobEndpoints>(
    method: M,
    request: RequestOf<JobEndpoints[M]>,
    { signal, onEvent }: JobOptions = {},
  ): Promise<AnswerOf<JobEndpoints[M]>> {
    if (signal?.aborted) throw cancelled(signal.reason);
    this.#started += 1;
    const number = this.#started;
    const end = new Promise<Parameters<Unfinished["finish"]>[0]>((finish) => {
      this.#unfinished.set(number, { onEvent, finish });
    });
    const cancel = () => {
      this.#session.call("cancel", { job: number }).catch(() => {}); // a session that ends says so by itself
    };
    signal?.addEventListener("abort", cancel);
    try {
      await this.#session.start(method, request, number);
      return answerOf(method, await this.#session.outlive(end), signal);
    } finally {
      signal?.removeEventListener("abort", cancel);
      this.#unfinished.delete(number);
    }
  }
}

function answerOf<M extends keyof JobEndpoints>(
  method: M,
  end: Exclude<JobEvent, { kind: "progress" }>,
  signal: AbortSignal | undefined,
): AnswerOf<JobEndpoints[M]> {
  switch (end.kind) {
    case "done":
      return jobs[method].answer.parse(end.answer) as AnswerOf<JobEndpoints[M]>;
    case "error":
      throw pythonError(end.error) satisfies AdsamError;
    case "cancelled":
      throw cancelled(signal?.reason);
  }
}
