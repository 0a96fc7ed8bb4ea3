import { existsSync } from "node:fs";
import type { Backend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { jsonText } from "../../json.ts";
import { open } from "../../open.ts";
import type { OpenOptions } from "../../schema/backends.ts";
import { defaultedConfig } from "../config.ts";
import { resumeTraining } from "../resume.ts";
import { runFiles } from "../run-folder.ts";
import { train } from "../train.ts";
import type { TrainEvent } from "../train-events.ts";
import type { SweepEngine, SweepEvent, SweepTask } from "./engine.ts";

/** Takes runs on this machine, so many at once, each in turn on backends that stay open. */
export function localEngine(jobs: number): SweepEngine {
  return {
    async run(tasks, tell, signal) {
      const waiting = [...tasks];
      await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, () => work(waiting, tell, signal)));
    },
  };
}

async function work(waiting: SweepTask[], tell: (event: SweepEvent) => void, signal: AbortSignal): Promise<void> {
  await using backends = new Backends();
  for (let task = waiting.shift(); task !== undefined && !signal.aborted; task = waiting.shift()) {
    const { name: run, config, folder } = task;
    const resumed = existsSync(runFiles(folder).record);
    tell({ kind: "begin", run, resumed });
    try {
      const backend = await backends.of(config.backend ?? {});
      const events: AsyncIterable<TrainEvent> = resumed
        ? resumeTraining(folder, { backend, signal })
        : train({ ...defaultedConfig(config), folder, backend, signal });
      for await (const event of events) {
        if (event.kind === "step" || event.kind === "epoch") tell({ kind: "event", run, event });
      }
      tell({ kind: "end", run, failure: null });
    } catch (error) {
      if (!(error instanceof AdsamError)) throw error;
      if (["crashed", "closed"].includes(error.code)) await backends.forget(config.backend ?? {});
      tell({ kind: "end", run, failure: signal.aborted ? null : error.message });
    }
  }
}

/** Opened once each. */
class Backends implements AsyncDisposable {
  readonly #open = new Map<string, Promise<Backend>>();

  of(options: OpenOptions): Promise<Backend> {
    const key = jsonText(options);
    const found = this.#open.get(key) ?? open(options);
    this.#open.set(key, found);
    found.catch(() => this.#open.delete(key));
    return found;
  }

  /** The next run opens it anew. */
  async forget(options: OpenOptions): Promise<void> {
    const key = jsonText(options);
    await (await this.#open.get(key))?.close();
    this.#open.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    await Promise.all(all.map(async (one) => one.status === "fulfilled" && one.value.close()));
  }
}
