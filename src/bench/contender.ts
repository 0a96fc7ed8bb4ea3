import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import * as z from "zod";
import { AdsamError } from "../errors.ts";
import { pythonVariables } from "../torch/environment.ts";
import type { Setting } from "./setting.ts";

/** What a Python process is asked to be: `Request` of python/adsam_bench/request.py. */
export interface ContenderRequest {
  readonly contender:
    | "fit"
    | "fits"
    | "definition"
    | "predict"
    | "passes"
    | "graph"
    | "published-step"
    | "published-predict"
    | "bayesian-torch";
  readonly network: string;
  readonly batch: number;
  /** Side of the images, pixels. */
  readonly size: number;
  readonly samples?: number;
  /** Deterministic passes of one call. */
  readonly passes?: number;
  /** Calls that may be asked for in all. */
  readonly calls?: number;
  /** Fields of the network's spec beside its kind. */
  readonly spec?: object;
  /** Fields of the options of `fit` or `predict` that are not the default. */
  readonly options?: object;
}

/** One turn. */
export interface Turn {
  readonly seconds: number;
  /** The most memory in use since it was ready, above what was in use then. */
  readonly peakBytes: number;
}

/** Why a contender takes no part (any more). */
export class NotMeasured extends Error {}

const message = z.union([
  z.object({ ready: z.object({ versions: z.record(z.string(), z.string()) }) }),
  z.object({ seconds: z.number(), peakBytes: z.number() }),
  z.object({ unmeasured: z.string() }),
]);

/** A Python process that does its work as often as it is told to and otherwise stands still. */
export class Contender implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #signal: AbortSignal | undefined;
  #complaint = "";

  private constructor(request: ContenderRequest, { python, device, threads, reference, signal }: Setting) {
    const text = JSON.stringify({ ...request, device, threads, checkout: reference ?? null });
    this.#process = spawn(python, ["-m", "adsam_bench", text], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...pythonVariables(), OMP_NUM_THREADS: `${threads}` },
    });
    this.#process.on("error", (error) => {
      this.#complaint = error.message;
    });
    this.#process.stdin.on("error", () => {}); // its end shows as the end of its answers
    this.#process.stderr.setEncoding("utf8").on("data", (said: string) => {
      this.#complaint = `${this.#complaint}${said}`.slice(-2000);
    });
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
    this.#signal = signal;
    signal?.addEventListener("abort", this.#kill, { once: true });
    if (signal?.aborted) this.#kill();
  }

  /** @throws NotMeasured when it cannot take part. */
  static async start(request: ContenderRequest, setting: Setting): Promise<Contender> {
    const contender = new Contender(request, setting);
    try {
      const said = await contender.#hear();
      if ("ready" in said) setting.onVersions(said.ready.versions);
      return contender;
    } catch (error) {
      await contender[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** @throws NotMeasured when it breaks down. */
  async take(calls: number): Promise<Turn> {
    this.#process.stdin.write(`${calls}\n`);
    const said = await this.#hear();
    if (!("seconds" in said)) throw new NotMeasured("it answered something else than how long it took");
    return said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#kill);
    if (this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#kill();
    await gone;
  }

  async #hear() {
    const line = await this.#lines.next();
    if (this.#signal?.aborted) throw new AdsamError("cancelled", "cancelled", { cause: this.#signal.reason });
    if (line.done) throw new NotMeasured(`it ended early: ${this.#complaint.trim().split("\n").at(-1) ?? ""}`);
    const said = message.parse(JSON.parse(line.value));
    if ("unmeasured" in said) throw new NotMeasured(said.unmeasured);
    return said;
  }

  readonly #kill = (): void => {
    this.#process.kill("SIGKILL");
  };
}
