import type { Run } from "../backend.ts";
import type { FitEvent } from "../schema/events.ts";
import { EventLog } from "./events.ts";
import { type RunResult, runFormat } from "./record.ts";
import { type RunFiles, writeRecord } from "./run-folder.ts";

/**
 * Hands on the events of a run that `start` starts, each written to the log first, and writes result.json at its end.
 * When the signal fires, or the reader leaves, the run is cancelled and its result written all the same.
 */
export async function* follow(
  start: () => Run,
  files: RunFiles,
  signal?: AbortSignal,
): AsyncGenerator<FitEvent, RunResult> {
  await using log = await EventLog.open(files.events);
  const run = start();
  const ended = run.then(async (result) => {
    const record: RunResult = { format: runFormat, ended: new Date().toISOString(), ...result };
    await writeRecord(files.result, record);
    return record;
  });
  const settled = ended.then(
    () => {},
    () => {}, // thrown below, once there is somebody to catch it
  );
  const cancel = () => run.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  if (signal?.aborted) cancel();
  try {
    for await (const event of run) {
      await log.append(event);
      yield event;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel(); // changes nothing when the run has ended
    await settled;
  }
  return await ended;
}
