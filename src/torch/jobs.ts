import { type Jobs as JobEndpoints, type JobEvent, jobs } from "../schema/endpoints.ts";
import type { FitEvent } from "../schema/events.ts";
import { cancelled, pythonError } from "./failures.ts";
import type { AnswerOf, RequestOf, Session } from "./session.ts";

export interface JobOptions {
  /** Gives the job up: it is told to stop, and nobody waits for its answer. */
  readonly signal?: AbortSignal | undefined;
  /** Asks the job to stop, and waits for what it then answers. */
  readonly stop?: AbortSignal | undefined;
  readonly onEvent?: ((event: FitEvent) => void) | undefined;
}

type End = Exclude<JobEvent, { kind: "progress" }>;

interface Unfinished {
  readonly onEvent: ((event: FitEvent) => void) | undefined;
  readonly finish: (end: End) => void;
}

/** Runs the session's jobs: hands them over, passes their events on, cancels them, and awaits their ends. */
export class Jobs {
  readonly #session: Session;
  readonly #unfinished = new Map<number, Unfinished>();
  readonly #stopping = new AbortController();
  readonly #stoppable = new Set<Promise<unknown>>();
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
   * @throws AdsamError `cancelled` when `signal` fires first, and whatever Python reports.
   */
  async run<M extends keyof JobEndpoints>(
    method: M,
    request: RequestOf<JobEndpoints[M]>,
    options: JobOptions = {},
  ): Promise<AnswerOf<JobEndpoints[M]>> {
    const { stop } = options;
    if (stop === undefined) return this.#run(method, request, options);
    const ended = this.#run(method, request, { ...options, stop: AbortSignal.any([stop, this.#stopping.signal]) });
    this.#stoppable.add(ended);
    try {
      return await ended;
    } finally {
      this.#stoppable.delete(ended);
    }
  }

  /** Asks every job that can be stopped to stop, and waits until it has written what it has to write. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#stoppable);
  }

  async #run<M extends keyof JobEndpoints>(
    method: M,
    request: RequestOf<JobEndpoints[M]>,
    { signal, stop, onEvent }: JobOptions,
  ): Promise<AnswerOf<JobEndpoints[M]>> {
    if (signal?.aborted) throw cancelled(signal.reason);
    this.#started += 1;
    const number = this.#started;
    const settled = new AbortController(); // takes the listeners off the caller's signals
    const end = new Promise<End>((finish, giveUp) => {
      this.#unfinished.set(number, { onEvent, finish });
      signal?.addEventListener("abort", () => giveUp(cancelled(signal.reason)), { signal: settled.signal });
    });
    end.catch(() => {}); // given up before it is awaited below
    const cancel = () => {
      this.#session.call("cancel", { job: number }).catch(() => {}); // a session that ends says so by itself
    };
    for (const asking of [signal, stop]) asking?.addEventListener("abort", cancel, { signal: settled.signal });
    try {
      await this.#session.start(method, request, number);
      if (stop?.aborted) cancel();
      return answerOf(method, await this.#session.outlive(end));
    } finally {
      settled.abort();
      this.#unfinished.delete(number);
    }
  }
}

function answerOf<M extends keyof JobEndpoints>(method: M, end: End): AnswerOf<JobEndpoints[M]> {
  switch (end.kind) {
    case "done":
      return jobs[method].answer.parse(end.answer) as AnswerOf<JobEndpoints[M]>;
    case "error":
      throw pythonError(end.error);
    case "cancelled":
      throw cancelled(undefined);
  }
}
