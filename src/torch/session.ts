import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { packageRoot } from "../package.ts";
import { type Calls, calls, type Jobs, protocolVersion, pythonError as pythonErrorData } from "../schema/endpoints.ts";
import { EventSocket } from "./events.ts";
import { closed, crashed, pythonError } from "./failures.ts";

export type RequestOf<E extends { request: z.ZodType }> = z.output<E["request"]>;
export type AnswerOf<E extends { answer: z.ZodType }> = z.output<E["answer"]>;

export interface SessionOptions {
  /** Path of the Python interpreter. */
  readonly python: string;
  readonly device: string;
}

interface Door {
  dispatch(text: string): Promise<string>;
}

/** The part of pythonia that a session uses; its own types say `any`. */
interface Pythonia {
  readonly python: (module: string) => Promise<Door>;
  readonly com: { readonly proc: ChildProcess };
}

/** pythonia queues without a limit, and what waits costs memory: more calls than this wait in line here. */
const callsInFlight = 64;
/** How long Python may take to leave before it is told more firmly. */
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
    const pythonia = startPythonia(python);
    this.#process = pythonia.com.proc;
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
    this.#door = pythonia.python("adsam_bridge");
    this.#door.catch(() => {}); // every call awaits it too, and reports it
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
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        const left = this.#ended.then(() => true);
        if (await Promise.race([left, delay(graceMilliseconds, false, { ref: false })])) return;
        this.#process.kill(signal);
      }
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

const require = createRequire(import.meta.url);

/**
 * pythonia starts its Python when it is loaded, as the environment says at that moment,
 * and keeps one process a module: so each session loads it afresh.
 */
function startPythonia(python: string): Pythonia {
  const ours: NodeJS.ProcessEnv = {
    PYTHON_BIN: python,
    PYTHONPATH: [join(packageRoot, "python"), process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    PYTHONUNBUFFERED: "1",
    REQ_TIMEOUT: "0", // training outlasts any limit
    DEBUG: undefined, // of any value makes pythonia print all traffic on stdout
  };
  const theirs = Object.fromEntries(Object.keys(ours).map((name) => [name, process.env[name]]));
  for (const path of Object.keys(require.cache)) {
    if (/[\\/]pythonia[\\/](index|Bridge)\.js$/.test(path)) delete require.cache[path];
  }
  try {
    setEnvironment(ours);
    const pythonia: Pythonia = require("pythonia");
    housekeeping().unref(); // it must not keep Node alive
    return pythonia;
  } finally {
    setEnvironment(theirs);
  }
}

/** The timer that pythonia starts with each bridge. */
function housekeeping(): NodeJS.Timeout {
  const scope: { __pythonBridge?: { loop: NodeJS.Timeout } } & object = globalThis;
  if (scope.__pythonBridge === undefined) throw new Error("expected pythonia 1.2.6, which leaves its bridge behind");
  return scope.__pythonBridge.loop;
}

function setEnvironment(values: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
