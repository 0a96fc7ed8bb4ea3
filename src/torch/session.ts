import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import pLimit from "p-limit";
import { AdsamError } from "../errors.ts";
import { questionAtHand } from "../interop/callbacks.ts";
import {
  type AnswerOf,
  type Calls,
  calls,
  type Jobs as JobEndpoints,
  protocolVersion,
  type RequestOf,
} from "../schema/endpoints.ts";
import { EventSocket } from "./events.ts";
import { closed, crashed, pythonError, replaced, reply, understood } from "./failures.ts";
import { Folders } from "./folders.ts";
import { Jobs } from "./jobs.ts";
import { type Door, startPythonia } from "./pythonia.ts";
import { Questions } from "./questions.ts";
import { SideDoor } from "./side-door.ts";

export interface SessionOptions {
  /** Path of the Python interpreter. */
  readonly python: string;
  readonly device: string;
  /** Folder of the published code, where its models are wanted. */
  readonly checkout?: string | null;
}

/** pythonia queues without a limit, and what waits costs memory: more calls than this wait in line here. */
const callsInFlight = 64;
/** How long Python may take to leave before it is killed. */
const graceMilliseconds = 1000;

/** Those whose Python has to end with Node. */
const living = new Set<Session>();
const endAll = () => {
  for (const session of living) session.kill();
};

/**
 * One Python process and the conversation with it, over pythonia.
 *
 * Everything crosses as one JSON text through one function, `dispatch`: pythonia carries strings safely,
 * while NaN, exceptions and objects each have a trap of their own.
 */
export class Session implements AsyncDisposable {
  /** Gone when it ends. */
  readonly folders: Folders;
  readonly jobs: Jobs;
  readonly questions: Questions;
  /** Whether its process was ended so that another one takes its place. */
  replaced = false;

  readonly #process: ChildProcess;
  readonly #door: Promise<Door>;
  readonly #line = pLimit(callsInFlight);
  readonly #pending = new Set<(error: AdsamError) => void>();
  readonly #ended: Promise<void>;
  #closing = false;
  #broken: AdsamError | undefined;
  #dead: AdsamError | undefined;
  #events: EventSocket | undefined;
  #sideDoor: Promise<SideDoor> | undefined;
  #hello: AnswerOf<Calls["hello"]> | undefined;

  private constructor(folders: Folders, python: string) {
    this.folders = folders;
    this.jobs = new Jobs(this);
    this.questions = new Questions(this);
    const { process: started, door } = startPythonia(python, folders.paths);
    this.#process = started;
    this.#door = door;
    this.#door.catch(() => {}); // every call awaits it too, and reports it
    this.#ended = new Promise((resolve) => {
      const end = (reason: AdsamError) => {
        this.#die(reason);
        folders.remove().then(resolve); // whoever is pending is told first: a folder of tensors takes a while
      };
      started.once("exit", (code, signal) => {
        end(this.#broken ?? (this.#closing ? closed() : crashed(code, signal, this.#crashReport())));
      });
      started.on("error", (error) => {
        // Once there is a process, an error is a write that came too late, and its exit is about to tell.
        if (started.pid !== undefined) return;
        end(new AdsamError("environment", `cannot run ${python}: ${error.message}`, { cause: error }));
      });
    });
    this.#live();
  }

  /**
   * Starts Python, imports torch there and exchanges versions.
   * @throws AdsamError `environment` when that Python cannot serve, `usage` for an unknown device, `file`
   *   for a checkout that is no such thing.
   */
  static async start({ python, device, checkout = null }: SessionOptions): Promise<Session> {
    const folders = await Folders.make();
    let session: Session | undefined;
    try {
      session = new Session(folders, python);
      await session.#listen();
      session.#hello = await session.call("hello", { protocol: protocolVersion, device, checkout });
      return session;
    } catch (error) {
      await session?.close();
      await folders.remove();
      throw error;
    }
  }

  /** What Python said when the session began. */
  get hello(): AnswerOf<Calls["hello"]> {
    if (this.#hello === undefined) throw closed();
    return this.#hello;
  }

  /** Asks something that is answered at once. */
  async call<M extends keyof Calls>(method: M, request: RequestOf<Calls[M]>): Promise<AnswerOf<Calls[M]>> {
    const answer = await this.#line(() => this.#ask({ method, request }));
    return understood(calls[method].answer, answer, `Python's answer to ${method}`) as AnswerOf<Calls[M]>;
  }

  /** Hands over a job under a number of the caller's, if it is wanted when its turn comes; its answer comes as an event. */
  async start<M extends keyof JobEndpoints>(
    method: M,
    request: RequestOf<JobEndpoints[M]>,
    job: number,
    isWanted: () => boolean,
  ): Promise<void> {
    const message = { method, request, job, within: questionAtHand.getStore() };
    await this.#line(async () => isWanted() && this.#ask(message));
  }

  /** A way to ask that one can block for, the same one each time. */
  sideDoor(): Promise<SideDoor> {
    this.#sideDoor ??= this.call("pipes", {}).then(SideDoor.open);
    return this.#sideDoor;
  }

  /** @throws AdsamError why it has ended, if it has. */
  requireLife(): void {
    if (this.#dead !== undefined) throw this.#dead;
    if (this.#closing) throw closed();
  }

  /** `work`, or the session's end if that comes first; Node stays alive meanwhile. */
  outlive<T>(work: Promise<T>): Promise<T> {
    if (this.#dead !== undefined) {
      work.catch(() => {});
      return Promise.reject(this.#dead);
    }
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#pending.delete(reject);
        this.#keepNodeAlive(this.#pending.size > 0);
      };
      this.#pending.add(reject);
      this.#keepNodeAlive(true);
      work.then(resolve, reject).finally(settle);
    });
  }

  /**
   * Ends the jobs (see `Jobs.close`), lets Python leave, and makes it if it does not. Whatever is pending then is rejected
   * with `closed`.
   */
  async close(): Promise<void> {
    await this.jobs.close();
    if (this.#dead === undefined && !this.#closing) {
      this.#closing = true;
      this.#process.ref();
      if (this.#process.connected) this.#process.disconnect();
      const left = this.#ended.then(() => true);
      const hasLeft = await Promise.race([left, delay(graceMilliseconds, false, { ref: false })]);
      if (!hasLeft) this.#process.kill("SIGKILL");
    }
    await this.#ended;
    this.#dead = closed(); // also where it had ended by itself: from now on it is closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends Python at once: a call that was given up would not stop. Another session can take its place. */
  replace(): void {
    if (this.#dead !== undefined || this.#closing) return;
    this.replaced = true;
    this.#broken = replaced();
    this.#die(this.#broken);
    this.#process.kill("SIGKILL");
  }

  /** Ends Python at once, for when Node itself is leaving. */
  kill(): void {
    this.#process.kill("SIGKILL");
    this.folders.removeSync();
  }

  async #listen(): Promise<void> {
    this.#events = await EventSocket.open(join(this.folders.paths[0], "events.sock"), {
      onEvent: (job, told) => this.jobs.hear(job, told),
      onCallback: (told) => this.questions.hear(told),
      onNonsense: (reason) => {
        this.#broken = new AdsamError("python", `expected events from Python, got: ${reason.message}`);
        this.#process.kill("SIGKILL");
      },
    });
  }

  async #ask(message: object): Promise<unknown> {
    const told = await this.outlive(this.#dispatch(JSON.stringify(message)));
    const answer = understood(reply, JSON.parse(told), "Python's reply");
    if ("error" in answer) throw pythonError(answer.error);
    return answer.answer;
  }

  async #dispatch(text: string): Promise<string> {
    try {
      return await (await this.#door).dispatch(text);
    } catch (error) {
      // dispatch answers whatever happens, so it is not there: pythonia's text says why, and its message nothing.
      const reason = stripVTControlCharacters(String(Reflect.get(Object(error), "stack"))).trim();
      throw new AdsamError("environment", `this Python cannot load the bridge: ${reason}`, { cause: error });
    }
  }

  #keepNodeAlive(busy: boolean): void {
    if (this.#dead !== undefined || this.#closing) return;
    const verb = busy ? "ref" : "unref";
    this.#process[verb]();
    this.#process.channel?.[verb]();
  }

  #live(): void {
    if (living.size === 0) process.on("exit", endAll);
    living.add(this);
  }

  #die(reason: AdsamError): void {
    this.#dead = reason;
    this.#events?.close();
    this.#sideDoor?.then((door) => door.close()).catch(() => {});
    living.delete(this);
    if (living.size === 0) process.off("exit", endAll);
    // A process that Python started and left behind may hold the channel open, and Node with it.
    if (this.#process.connected) this.#process.disconnect();
    for (const reject of this.#pending) reject(reason);
  }

  #crashReport(): string {
    const path = join(this.folders.paths[0], "crash.log");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }
}
