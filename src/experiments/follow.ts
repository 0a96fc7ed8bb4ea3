import type { Cancellable } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import type { FitEvent } from "../schema/events.ts";
import type { Run } from "../training.ts";
import { type EndedRun, type FailedRun, runFormat } from "./record.ts";
import { writeRecord } from "./run-folder.ts";

export interface FollowOptions extends Cancellable {
  /** Where result.json is to be. */
  readonly result: string;
  /** Called once, when everything that could be refused has been accepted. */
  readonly onBegin: () => Promise<void>;
}

/**
 * Hands on the events of a run, and writes result.json at its end, or when it fails after it has begun.
 * When the signal fires, or the reader leaves, the run is cancelled and its result written all the same.
 */
export async function* follow(
  run: Run,
  { result: path, onBegin, signal }: FollowOptions,
): AsyncGenerator<FitEvent, EndedRun> {
  let beginning: Promise<void> | undefined;
  const begin = () => {
    beginning ??= onBegin();
    return beginning;
  };
  const ended = run.then(async (result) => {
    await begin();
    const record: EndedRun = { ...stamp(), ...result };
    await writeRecord(path, record);
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
      await begin();
      yield event;
    }
    return await ended;
  } catch (error) {
    // Where there is no room for it, the error itself is what counts.
    if (beginning !== undefined && error instanceof AdsamError) await writeRecord(path, failure(error)).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel(); // changes nothing when the run has ended
    await settled;
  }
}

function stamp() {
  return { format: runFormat, ended: new Date().toISOString() } as const;
}

function failure({ code, message, suggestion }: AdsamError): FailedRun {
  return { ...stamp(), status: "failed", error: { code, message, suggestion: suggestion ?? null } };
}
