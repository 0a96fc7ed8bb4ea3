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
  /** After which the run is stopped; null: it may take as long as it takes. */
  readonly maxMinutes: number | null;
  /** Called once, when everything that could be refused has been accepted. */
  readonly onBegin: () => Promise<void>;
}

/**
 * Hands on the events of a run, keeps metrics.csv, and writes result.json at its end, or when it fails after it has begun.
 * When the signal fires, or the reader leaves, the run is cancelled and its result written all the same.
 */
export async function* follow(
  run: Run,
  { files, maxMinutes, onBegin, signal }: FollowOptions,
): AsyncGenerator<FitEvent, EndedRun> {
  let beginning: Promise<MetricsFile> | undefined;
  const begin = () => {
    beginning ??= onBegin().then(() => MetricsFile.open(files));
    return beginning;
  };
  let timeIsUp = false;
  const ended = run.then(async (result) => {
    (await begin()).catchUp();
    const stoppedBy = timeIsUp && result.status === "cancelled" ? "time" : result.stoppedBy;
    const record: EndedRun = { ...stamp(), ...result, stoppedBy };
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
  const limit = after(maxMinutes, () => {
    timeIsUp = !signal?.aborted;
    cancel();
  });
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
    clearTimeout(limit);
    cancel(); // changes nothing when the run has ended
    await settled;
    await beginning?.then(
      (metrics) => metrics.close(),
      () => {}, // thrown above
    );
  }
}

/** setTimeout takes no more than 24 days; who allows more has no limit. */
function after(minutes: number | null, work: () => void): NodeJS.Timeout | undefined {
  const milliseconds = minutes === null ? Number.POSITIVE_INFINITY : minutes * 60_000;
  return milliseconds > 2 ** 31 - 1 ? undefined : setTimeout(work, milliseconds).unref();
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
