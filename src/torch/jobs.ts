import { setTimeout as delay } from "node:timers/promises";
import { questionAtHand } from "../interop/callbacks.ts";
import { bundle } from "../schema/bundle.ts";
import {
  type AnswerOf,
  type Calls,
  type Jobs as JobEndpoints,
  type JobEvent,
  jobEvent,
  jobs,
  type RequestOf,
} from "../schema/endpoints.ts";
import type { FitEvent } from "../schema/events.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { drop } from "./bundle.ts";
import { cancelled, closed, pythonError, understood } from "./failures.ts";

type Method = keyof JobEndpoints;
type End = Exclude<JobEvent, { kind: "progress" | "output" }>;

export interface JobOptions {
  /** Gives the job up: it is told to stop, and nobody waits for its answer. */
  readonly signal?: AbortSignal | undefined;
  /** Asks the job to stop, and waits for what it then answers. */
  readonly stop?: AbortSignal | undefined;
  readonly onEvent?: ((event: FitEvent) => void) | undefined;
  readonly onOutput?: OutputListener | undefined;
}

/** Told a line that the job has printed. */
type OutputListener = (line: string, stream: "stdout" | "stderr") => void;

/** What jobs need of their session. */
interface Host {
  /** Resolves when Python has taken it, or when it turns out in its turn that it is not wanted any more. */
  start<M extends Method>(
    method: M,
    request: RequestOf<JobEndpoints[M]>,
    job: number,
    isWanted: () => boolean,
  ): Promise<void>;
  call(method: "cancel", request: RequestOf<Calls["cancel"]>): Promise<unknown>;
  outlive<T>(work: Promise<T>): Promise<T>;
  /** Ends the session's process, so that another one can take its place. */
  replace(): void;
}

/** Jobs that write files of the user's. */
const writing: ReadonlySet<Method> = new Set(["fit", "save"]);
/** Jobs that run code of the user's, which Python breaks off when they are given up. */
const interruptible: ReadonlySet<Method> = new Set(["ask", "call", "contract"]);
/** How long that may take, from when Python has been told. */
const interruptMilliseconds = 1000;
/** How long closing waits for a job to end: one that writes, and any other. */
const patienceMilliseconds = { writing: 120_000, other: 1_000 };

/** A job that Python has not ended yet. */
class Unfinished {
  readonly method: Method;
  /** The question whose answer waits for it. */
  readonly within = questionAtHand.getStore();
  readonly onEvent: (event: FitEvent) => void;
  readonly onOutput: OutputListener;
  /** Whether it is on its way to Python. */
  sent = false;
  /** Until Python has it. */
  taken: Promise<unknown> = Promise.resolve();
  /** What Python says at last. */
  readonly end: Promise<End>;
  finish: (end: End) => void = () => {};
  fail: (error: unknown) => void = () => {};

  constructor(method: Method, { onEvent = () => {}, onOutput = () => {} }: JobOptions) {
    this.method = method;
    this.onEvent = onEvent;
    this.onOutput = onOutput;
    this.end = new Promise((finish, fail) => {
      this.finish = finish;
      this.fail = fail;
    });
    this.end.catch(() => {}); // nobody may be waiting any more
  }
}

/** Drops the file that carries the tensors of an answer which nobody takes. */
async function discard(end: End): Promise<void> {
  const found = bundle.safeParse(end.kind === "done" && Object(end.answer).tensors);
  if (found.success) await drop(found.data);
}

/** Whether work ends in time. What came while Node was busy itself is heard first. */
function endsWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => setImmediate(resolve, false), milliseconds).unref();
    const end = () => {
      clearTimeout(timer);
      resolve(true);
    };
    work.then(end, end);
  });
}

/** Runs the session's jobs: hands them over, passes their events on, cancels them, and awaits their ends. */
export class Jobs {
  readonly #host: Host;
  /** By their numbers, in the order in which Python takes them. */
  readonly #unfinished = new Map<number, Unfinished>();
  /** Those that were given up in this turn of Node's. */
  readonly #givenUp = new Map<number, Unfinished>();
  #started = 0;
  #closing = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * The job's answer.
   * @throws AdsamError `cancelled` when `signal` fires first, `closed` where `close` ends it, and whatever Python reports.
   */
  async run<M extends Method>(
    method: M,
    request: RequestOf<JobEndpoints[M]>,
    options: JobOptions = {},
  ): Promise<AnswerOf<JobEndpoints[M]>> {
    const { signal, stop } = options;
    if (this.#closing) throw closed();
    if (signal?.aborted) throw cancelled(signal.reason);
    this.#started += 1;
    const number = this.#started;
    const job = new Unfinished(method, options);
    this.#unfinished.set(number, job);
    const abandon = () => this.#abandon(number, job);
    const askToStop = () => this.#cancel([number], { abandoned: false });
    signal?.addEventListener("abort", abandon);
    stop?.addEventListener("abort", askToStop);
    try {
      await this.#handOver(number, job, request);
      if (stop?.aborted) askToStop();
      const end = await this.#host.outlive(unlessAborted(job.end, signal));
      return this.#answerOf(method, end);
    } catch (error) {
      if (signal?.aborted) job.end.then(discard, () => {}); // which may be yet to come
      throw error;
    } finally {
      signal?.removeEventListener("abort", abandon);
      stop?.removeEventListener("abort", askToStop);
    }
  }

  /** Whether Python has a job that was asked for within this question, or within none. */
  busy(question: number | undefined): boolean {
    return [...this.#unfinished.values()].some(({ within }) => within === question);
  }

  /**
   * Ends all jobs. One that has not begun never will. Training stops, and has written its files when this resolves, as has
   * saving; any other is given a second.
   */
  async close(): Promise<void> {
    this.#closing = true;
    const jobs = [...this.#unfinished.values()];
    const [running] = jobs;
    if (running === undefined) return;
    for (const [number, job] of this.#unfinished) this.#withdraw(number, job);
    this.#cancel([...this.#unfinished.keys()], { abandoned: true });
    const patience = patienceMilliseconds[writing.has(running.method) ? "writing" : "other"];
    const ended = this.#host.outlive(Promise.allSettled(jobs.map(({ end }) => end))).catch(() => {});
    await Promise.race([ended, delay(patience, undefined, { ref: false })]);
  }

  async #handOver<M extends Method>(number: number, job: Unfinished, request: RequestOf<JobEndpoints[M]>) {
    const isWanted = () => {
      job.sent = this.#unfinished.has(number);
      return job.sent;
    };
    try {
      job.taken = this.#host.start(job.method, request, number, isWanted);
      await job.taken;
    } catch (error) {
      this.#unfinished.delete(number);
      job.fail(error);
      throw error;
    }
  }

  /** Python never hears of one that it has not been sent. */
  #withdraw(number: number, job: Unfinished): void {
    if (job.sent) return;
    this.#unfinished.delete(number);
    job.finish({ kind: "cancelled", job: number });
  }

  /** Nobody waits for it any more. */
  #abandon(number: number, job: Unfinished): void {
    this.#withdraw(number, job);
    if (!this.#unfinished.has(number)) return;
    this.#givenUp.set(number, job);
    if (this.#givenUp.size === 1) queueMicrotask(() => this.#breakOff());
  }

  /** One question for all that were given up together. Code of the user's that Python cannot break off takes the process with it. */
  async #breakOff(): Promise<void> {
    const given = new Map(this.#givenUp);
    this.#givenUp.clear();
    const sentBefore = [...this.#unfinished.values()].filter(({ sent }) => sent).map(({ taken }) => taken);
    const told = this.#cancel([...given.keys()], { abandoned: true });
    const broken = [...given.values()].filter(({ method }) => interruptible.has(method));
    if (broken.length === 0) return;
    // Python takes one thing after another: each has its time from when the one before it was done.
    for (const step of [...sentBefore, told, ...broken.map(({ end }) => end)]) {
      if (!(await endsWithin(interruptMilliseconds, step))) return this.#host.replace();
    }
  }

  /** Resolves when Python has taken it. */
  async #cancel(jobs: readonly number[], { abandoned }: { readonly abandoned: boolean }): Promise<void> {
    await this.#host.call("cancel", { jobs: [...jobs], abandoned }).catch(() => {}); // a session that ends says so by itself
  }

  /** Takes what Python tells of a job. */
  hear(number: number, told: unknown): void {
    const job = this.#unfinished.get(number);
    if (job === undefined) return;
    try {
      const event = understood(jobEvent, told, `what Python tells of ${job.method}`);
      if (event.kind === "progress") {
        job.onEvent(event.event);
        return;
      }
      if (event.kind === "output") {
        job.onOutput(event.line, event.stream);
        return;
      }
      job.finish(event);
    } catch (error) {
      job.fail(error);
      this.#cancel([number], { abandoned: true });
    }
    this.#unfinished.delete(number);
  }

  #answerOf<M extends Method>(method: M, end: End): AnswerOf<JobEndpoints[M]> {
    switch (end.kind) {
      case "done":
        return understood(jobs[method].answer, end.answer, `Python's answer to ${method}`) as AnswerOf<JobEndpoints[M]>;
      case "error":
        throw pythonError(end.error);
      case "cancelled":
        throw this.#closing ? closed() : cancelled(undefined);
    }
  }
}
