import { setMaxListeners } from "node:events";
import { questionAtHand } from "../interop/callbacks.ts";
import { type Bundle, bundle } from "../schema/bundle.ts";
import { type AnswerOf, type Calls, type Jobs as JobEndpoints, jobs, type RequestOf } from "../schema/endpoints.ts";
import type { NamedTensors } from "../tensor.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { Blocking } from "./blocking.ts";
import { drop, packInPlace, unpack } from "./bundle.ts";
import { cancelled } from "./failures.ts";
import type { JobOptions } from "./jobs.ts";
import { Line } from "./line.ts";
import { checkNames, type JobAnswer, type JobRequest } from "./messages.ts";
import type { Answerer } from "./questions.ts";
import type { Session } from "./session.ts";

interface Packed<M extends keyof JobEndpoints> {
  readonly session: Session;
  readonly request: RequestOf<JobEndpoints[M]>;
  /** What carries its tensors. */
  readonly carrier: Bundle | null;
}

/** What a backend and its models ask of Python: jobs in the order in which they were asked for, tensors in and tensors out. */
export class Requests {
  readonly #connect: () => Promise<Session>;
  readonly #line = new Line();
  /**
   * Those that wait for their turn or their answer, by the question that they were asked within. Files that their tensors
   * were read from stay open as long as the tensors live: here, until Python is done with them.
   */
  readonly #waiting = new Set<{ readonly within: number | undefined; readonly request: object }>();
  /** Answers for functions that Python is given. */
  answerer: Answerer | undefined;

  /** @param connect gives the session, the same one each time. */
  constructor(connect: () => Promise<Session>) {
    this.#connect = connect;
  }

  /**
   * A job's answer. Its tensors are packed at once, while others compute; it is handed over after all that were asked for
   * before.
   * @throws AdsamError `cancelled` when `signal` fires first, and whatever Python reports.
   */
  async run<M extends keyof JobEndpoints>(
    method: M,
    request: JobRequest<M>,
    options: JobOptions = {},
  ): Promise<JobAnswer<M>> {
    const { signal } = options;
    if (signal?.aborted) throw cancelled(signal.reason);
    if (signal !== undefined) setMaxListeners(0, signal); // one for many questions is no leak, of which Node would warn
    const waiting = { within: questionAtHand.getStore(), request };
    this.#waiting.add(waiting);
    const answer = this.#line
      .turn(this.#packed(method, request), (packed) => this.#handOver(method, packed, options))
      .finally(() => this.#waiting.delete(waiting));
    return unlessAborted(answer, signal);
  }

  /** Asks something that is answered at once. */
  async tell<M extends keyof Calls>(method: M, request: RequestOf<Calls[M]>): Promise<AnswerOf<Calls[M]>> {
    return (await this.#connect()).call(method, request);
  }

  /** Asks by a side door from now on: whoever does it there blocks until the answer has come. */
  async blocking(): Promise<Blocking> {
    const session = await this.#connect();
    const waiting = (question: number | undefined) => [...this.#waiting].some(({ within }) => within === question);
    return new Blocking(session, await session.sideDoor(), waiting);
  }

  async #packed<M extends keyof JobEndpoints>(method: M, request: JobRequest<M>): Promise<Packed<M>> {
    const session = await this.#connect();
    session.questions.answerer = this.answerer;
    if (!hasTensors(request)) return { session, request: request as RequestOf<JobEndpoints[M]>, carrier: null };
    checkNames(jobs[method].request, request.tensors, `what ${method} is asked with`);
    const carrier = await session.outlive(packInPlace(request.tensors, session.folders));
    return { session, request: { ...request, tensors: carrier } as RequestOf<JobEndpoints[M]>, carrier };
  }

  /** What carried the tensors is gone when the job has ended. */
  async #handOver<M extends keyof JobEndpoints>(
    method: M,
    { session, request, carrier }: Packed<M>,
    options: JobOptions,
  ): Promise<JobAnswer<M>> {
    try {
      return await session.outlive(unpacked(method, await session.jobs.run(method, request, options)));
    } finally {
      if (carrier !== null) await drop(carrier);
    }
  }
}

function hasTensors(request: object): request is { readonly tensors: NamedTensors } {
  return "tensors" in request;
}

async function unpacked<M extends keyof JobEndpoints>(
  method: M,
  answer: AnswerOf<JobEndpoints[M]>,
): Promise<JobAnswer<M>> {
  const found = bundle.safeParse("tensors" in answer ? answer.tensors : undefined);
  if (!found.success) return answer as JobAnswer<M>;
  const tensors = await unpack(found.data);
  checkNames(jobs[method].answer, tensors, `Python's answer to ${method}`);
  return { ...answer, tensors } as JobAnswer<M>;
}
