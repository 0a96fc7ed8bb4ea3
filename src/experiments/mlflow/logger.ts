import { existsSync } from "node:fs";
import { LogReader } from "../log-reader.ts";
import type { BegunRun, RunLogger } from "../logger.ts";
import { runFiles } from "../run-folder.ts";
import type { TrainEvent } from "../train-events.ts";
import { type MlflowServer, serverAt } from "./client.ts";
import { MlflowRun, type MlflowStatus } from "./run.ts";

/** How a run is told to MLflow. */
export interface MlflowOptions {
  /** Told what did not reach the server, and why: the run goes on all the same. A warning of the process unless given. */
  readonly onTrouble?: ((message: string) => void) | undefined;
}

/** Milliseconds between two bunches of numbers, and after a failure before the next try. */
const pause = { sent: 1000, failed: 15_000 } as const;

/**
 * Tells an MLflow server of a run, by its REST interface: options as params, the numbers of metrics.csv as metrics with step and
 * time stamp, tags and notes, run.json and result.json as artifacts, and how it ended. A run that goes on goes on in the same run
 * of the server. What cannot be told is told later, and once more at the end; the run itself waits for nothing but that.
 * @param uri such as http://127.0.0.1:5000; credentials in it are sent, and kept nowhere.
 * @throws AdsamError `usage` for what is no address of a server.
 */
export function mlflowLogger(
  uri: string,
  { onTrouble = (text) => process.emitWarning(text) }: MlflowOptions = {},
): RunLogger {
  return new MlflowLogger(serverAt(uri), onTrouble);
}

class MlflowLogger implements RunLogger {
  readonly #server: MlflowServer;
  readonly #onTrouble: (message: string) => void;
  #begun: BegunRun | undefined;
  #log: LogReader | undefined;
  #run: MlflowRun | undefined;
  #unsent: Parameters<MlflowRun["add"]>[0] = [];
  #sending: Promise<void> = Promise.resolve();
  #next = 0;
  #trouble: string | undefined;
  #status: MlflowStatus = "KILLED";

  constructor(server: MlflowServer, onTrouble: (message: string) => void) {
    [this.#server, this.#onTrouble] = [server, onTrouble];
  }

  begin(run: BegunRun): void {
    this.#begun = run;
  }

  log(event: TrainEvent): void {
    if (this.#begun === undefined || event.kind === "start") return; // its log is not cut back yet
    this.#log ??= new LogReader(runFiles(this.#begun.folder).events);
    if (event.kind === "result") this.#status = event.result.status === "finished" ? "FINISHED" : "KILLED";
    else if (Date.now() >= this.#next) this.#sendLater();
  }

  async close(error?: unknown): Promise<void> {
    if (this.#log === undefined) return;
    using log = this.#log;
    await this.#sending;
    await this.#try(async (run, { folder }) => {
      await this.#send(run, log);
      await run.setStatus(error === undefined ? this.#status : "FAILED");
      const { result } = runFiles(folder);
      if (existsSync(result)) await run.addFile(result);
    });
    if (this.#trouble !== undefined && this.#begun !== undefined) {
      const { events } = runFiles(this.#begun.folder);
      this.#onTrouble(`MLflow at ${this.#server.uri} has not been told all of the run: ${events} has it`);
    }
  }

  /** One bunch at a time. */
  #sendLater(): void {
    const log = this.#log;
    if (log === undefined) return;
    this.#next = Number.POSITIVE_INFINITY;
    this.#sending = this.#try((run) => this.#send(run, log)).then((sent) => {
      this.#next = Date.now() + (sent ? pause.sent : pause.failed);
    });
  }

  /** From the log itself: what it was told while nobody read may have been dropped. */
  async #send(run: MlflowRun, log: LogReader): Promise<void> {
    for (const events of log.next()) this.#unsent = [...this.#unsent, ...events];
    await run.add(this.#unsent);
    this.#unsent = [];
  }

  /** Whether the server took it; the first failure in a row is told. */
  async #try(work: (run: MlflowRun, begun: BegunRun) => Promise<void>): Promise<boolean> {
    if (this.#begun === undefined) return false;
    try {
      this.#run ??= await this.#opened(this.#begun);
      await work(this.#run, this.#begun);
      this.#trouble = undefined;
      return true;
    } catch (error) {
      const reason = reasonOf(error);
      if (this.#trouble === undefined) {
        this.#onTrouble(`MLflow at ${this.#server.uri} cannot be told of the run, which goes on: ${reason}`);
      }
      this.#trouble = reason;
      return false;
    }
  }

  async #opened({ folder, record }: BegunRun): Promise<MlflowRun> {
    const run = await MlflowRun.open(this.#server, folder, record);
    if (!(await run.addFile(runFiles(folder).record))) {
      this.#onTrouble(`MLflow at ${this.#server.uri} does not keep artifacts itself: run.json is not among them`);
    }
    return run;
  }
}

/** `fetch failed` says nothing: what is behind it does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause instanceof AggregateError ? (cause.errors[0]?.message ?? error.message) : cause.message;
}
