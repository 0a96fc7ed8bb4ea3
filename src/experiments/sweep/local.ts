import { existsSync } from "node:fs";
import type { Backend } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { defaultedConfig } from "../config.ts";
import { resumeTraining } from "../resume.ts";
import { runFiles } from "../run-folder.ts";
import { train } from "../train.ts";
import type { TrainEvent } from "../train-events.ts";
import type { SweepEngine, SweepEvent, SweepTask } from "./engine.ts";
import { OpenBackends } from "./open-backends.ts";

/** Takes runs on this machine, so many at once, each in turn on backends that stay open. */
export function localEngine(jobs: number): SweepEngine {
  return {
    async run(tasks, tell, signal) {
      const waiting = [...tasks];
      const worker = async () => {
        await using backends = new OpenBackends();
        await work(waiting, backends, tell, signal);
      };
      await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, worker));
    },
  };
}

/** Takes runs one after another on backends that go on being used. */
export function inTurn(backends: OpenBackends): SweepEngine {
  return { run: (tasks, tell, signal) => work([...tasks], backends, tell, signal) };
}

async function work(
  waiting: SweepTask[],
  backends: OpenBackends,
  tell: (event: SweepEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let task = waiting.shift(); task !== undefined && !signal.aborted; task = waiting.shift()) {
    const { name: run, config, folder } = task;
    const resumed = existsSync(runFiles(folder).record);
    tell({ kind: "begin", run, resumed });
    try {
      for await (const event of eventsOf(task, await backends.of(config.backend), resumed, signal)) {
        if (event.kind === "step" || event.kind === "epoch") tell({ kind: "event", run, event });
      }
      tell({ kind: "end", run, failure: null });
    } catch (error) {
      if (!(error instanceof AdsamError)) throw error;
      if (["crashed", "closed"].includes(error.code)) await backends.forget(config.backend);
      tell({ kind: "end", run, failure: signal.aborted ? null : error.message });
    }
  }
}

function eventsOf(
  { config, folder }: SweepTask,
  backend: Backend,
  resumed: boolean,
  signal: AbortSignal,
): AsyncIterable<TrainEvent> {
  if (resumed) return resumeTraining(folder, { backend, signal });
  return train({ ...defaultedConfig(config), folder, backend, signal });
}
