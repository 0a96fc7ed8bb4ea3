import type { Cancellable } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import type { FitEvent } from "../schema/events.ts";
import type { Run } from "../training.ts";
import { MetricsFile } from "./metrics-file.ts";
import { type EndedRun, type FailedRun, runFormat } from "./record.ts";
import { type RunFiles, writeRecord } from "./run-folder.ts";

export interface FollowOptions extends Cancellable {
  /** Of the run's folder. */
  readonly files: RunFiles;
  /** Called once, when everything that could be refused has been accepted. */
  readonly onBegin: () => Promise<void>;
}

/**
 * Hands on the events of a run, keeps metrics.csv, and writes result.json at its end, or when it fails after it has begun.
 * When the signal fires, or the reader leaves, the run is cancelled and its result written all the same.
 */
export async function* follow(run: Run, { files, onBegin, signal }: FollowOptions): AsyncGenerator<FitEvent, EndedRun> {
  let beginning: Promise<MetricsFile> | undefined;
  const begin = () => {
    beginning ??= onBegin().then(() => MetricsFile.open(files));
    return beginning;
  };
  const ended = run.then(async (result) => {
    (await begin()).catchUp();
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
  try {
    for await (const event of run) {
      (await begin()).catchUp();
      yield event;
    }
    return await ended;
  } catch (error) {
    if (beginning !== undefined && error instanceof AdsamError) await tellFailure(files, beginning, error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel(); // changes nothing when the run has ended
    await settled;
    await beginning?.then(
      (metrics) => metrics.close(),
      () => {}, // thrown above
    );
  }
}

/** Where there is no room for it, the error itself is what counts. */
async function tellFailure(files: RunFiles, metrics: Promise<MetricsFile>, error: AdsamError): Promise<void> {
  await metrics.then((file) => file.catchUp()).catch(() => {});
  await writeRecord(files.result, failure(error)).catch(() => {});
}

function stamp() {
  return { format: runFormat, ended: new Date().toISOString() } as const;
}

function failure({ code, message, suggestion }: AdsamError): FailedRun {
  return { ...stamp(), status: "failed", error: { code, message, suggestion: suggestion ?? null } };
}
