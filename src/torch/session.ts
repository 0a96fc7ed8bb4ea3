import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { type Calls, calls, type Jobs, protocolVersion, pythonError as pythonErrorData } from "../schema/endpoints.ts";
import { EventSocket } from "./events.ts";
import { closed, crashed, pythonError } from "./failures.ts";
import { type Door, startPythonia } from "./pythonia.ts";

export type RequestOf<E extends { request: z.ZodType }> = z.output<E["request"]>;
export type AnswerOf<E extends { answer: z.ZodType }> = z.output<E["answer"]>;

export interface SessionOptions {
  /** Path of the Python interpreter. */
  readonly python: string;
  readonly device: string;
}

/** pythonia queues without a limit, and what waits costs memory: more calls than this wait in line here. */
const callsInFlight = 64;
/** How long Python may take to leave before it is killed. */
const graceMilliseconds = 1000;

const reply = z.union([z.object({ answer: z.unknown() }), z.object({ error: pythonErrorData })]);

const living = new Set<Session>();
process.on("exit", () => {
  for (const session of living) session.kill();
});

/**
 * One Python process and the conversation with it, over pythonia.
 *
 * Everything crosses as one JSON text through one function, `dispatch`: pythonia carries strings safely,
 * while NaN, exceptions and objects each have a trap of their own.
 */
export class Session implements AsyncDisposable {
  /** For the sockets and tensors of this session; gone when it ends. */
  readonly folder: string;
  /** What its jobs tell. */
  readonly events: EventSocket;

  readonly #process: ChildProcess;
  readonly #door: Promise<Door>;
  readonly #line = pLimit(callsInFlight);
  readonly #pending = new Set<(error: AdsamError) => void>();
  readonly #ended: Promise<void>;
  #closing = false;
  #dead: AdsamError | undefined;
  #hello: AnswerOf<Calls["hello"]> | undefined;

  private constructor(folder: string, events: EventSocket, python: string) {
    this.folder = folder;
    this.events = events;
    const { process, door } = startPythonia(python);
    this.#process = process;
    this.#door = door;
    this.#door.catch(() => {}); // every call awaits it too, and reports it
    this.#ended = new Promise((resolve) => {
      const end = (reason: AdsamError) => {
        this.#die(reason);
        // Off the event loop: whoever is pending is told first, and a folder of tensors takes a while.
        rm(folder, { recursive: true, force: true }).finally(resolve);
      };
      this.#process.once("exit", (code, signal) => {
        end(this.#closing ? closed() : crashed(code, signal, this.#crashReport()));
      });
      this.#process.on("error", (error) => {
        // Once there is a process, an error is a write that came too late, and its exit is about to tell.
        if (this.#process.pid !== undefined) return;
        end(new AdsamError("environment", `cannot run ${python}: ${error.message}`, { cause: error }));
      });
    });
    living.add(this);
  }

  /**
   * Starts Python, imports torch there and exchanges versions.
   * @throws AdsamError `environment` when that Python cannot serve, `usage` for an unknown device.
   */
  static async start({ python, device }: SessionOptions): Promise<Session> {
    const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "adsam-"));
    const session = new Session(folder, await EventSocket.listen(join(folder, "events.sock")), python);
    try {
      session.#hello = await session.call("hello", { protocol: protocolVersion, folder, device });
      return session;
    } catch (error) {
      await session.close();
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
    const { answer } = calls[method];
    return answer.parse(await this.#ask({ method, request })) as AnswerOf<Calls[M]>;
  }

  /** Hands over a job under a number of the caller's; its answer comes as an event. */
  async start<M extends keyof Jobs>(method: M, request: RequestOf<Jobs[M]>, job: number): Promise<void> {
    await this.#ask({ method, request, job });
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

  /** Lets Python leave, and makes it if it does not. Whatever is pending is rejected with `closed`. */
  async close(): Promise<void> {
    if (this.#dead === undefined && !this.#closing) {
      this.#closing = true;
      this.#process.ref();
      if (this.#process.connected) this.#process.disconnect();
      const left = this.#ended.then(() => true);
      if (await Promise.race([left, delay(graceMilliseconds, false, { ref: false })])) return;
      this.#process.kill("SIGKILL");
    }
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends Python at once, for when Node itself is leaving. */
  kill(): void {
    this.#process.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #ask(message: object): Promise<unknown> {
    const text = await this.#line(() => this.outlive(this.#dispatch(JSON.stringify(message))));
    const answer = reply.parse(JSON.parse(text));
    if ("error" in answer) throw pythonError(answer.error);
    return answer.answer;
  }

  async #dispatch(text: string): Promise<string> {
    const door = await this.#door;
    return door.dispatch(text);
  }

  #keepNodeAlive(busy: boolean): void {
    if (this.#dead !== undefined || this.#closing) return;
    const verb = busy ? "ref" : "unref";
    this.#process[verb]();
    this.#process.channel?.[verb]();
  }

  #die(reason: AdsamError): void {
    this.#dead = reason;
    living.delete(this);
    this.events.close();
    for (const reject of this.#pending) reject(reason);
  }

  #crashReport(): string {
    const path = join(this.folder, "crash.log");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }
}
