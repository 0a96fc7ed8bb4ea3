import type { Run } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import type { FitEvent } from "../schema/events.ts";
import { EventLog } from "./events.ts";
import { type EndedRun, type FailedRun, runFormat } from "./record.ts";
import { type RunFiles, writeRecord } from "./run-folder.ts";

/**
 * Hands on the events of a run that `start` starts, each written to the log first, and writes result.json at its end,
 * or when it fails. When the signal fires, or the reader leaves, the run is cancelled and its result written all the same.
 */
export async function* follow(
  start: () => Run,
  files: RunFiles,
  signal?: AbortSignal,
): AsyncGenerator<FitEvent, EndedRun> {
  await using log = await EventLog.open(files.events);
  const run = start();
  const ended = run.then(async (result) => {
    const record: EndedRun = { ...stamp(), ...result };
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
  let begun = false;
  try {
    for await (const event of run) {
      begun = true;
      await log.append(event);
      yield event;
    }
  } catch (error) {
    if (begun && error instanceof AdsamError) await writeRecord(files.result, failure(error)).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel(); // changes nothing when the run has ended
    await settled;
  }
  return await ended;
}

function stamp() {
  return { format: runFormat, ended: new Date().toISOString() } as const;
}

function failure({ code, message, suggestion }: AdsamError): FailedRun {
  return { ...stamp(), status: "failed", error: { code, message, suggestion: suggestion ?? null } };
}
