import type { Backend, BackendInfo } from "../backend.ts";
import {
  type Bisection,
  bisectBackends,
  conform,
  type Report,
  type ReportOptions,
  recordGolden,
  replayGolden,
} from "../conformance/index.ts";
import { open } from "../open.ts";
import { packageVersion } from "../package.ts";
import type { BackendName, OpenOptions } from "../schema/backends.ts";
import { networks } from "./conform-options.ts";
import type { ConformTask } from "./conform-task.ts";

/** Where Python's sides compute, and with which checkout of the published code. */
export type Where = Pick<OpenOptions, "device" | "python" | "checkout">;

function openSide(backend: BackendName, { checkout, ...where }: Where): Promise<Backend> {
  switch (backend) {
    case "torch":
      return open({ backend, ...where });
    case "tfjs":
      return open({ backend });
    case "reference":
      return open({ backend, checkout, ...where });
  }
}

/** A report, and of which versions it is. */
export interface MeasuredReport extends Report {
  readonly measured: {
    /** Of this package. */
    readonly version: string;
    readonly date: string;
    readonly sides: readonly Pick<BackendInfo, "backend" | "device" | "versions">[];
  };
}

/** Opens what a task with a report needs, does it, and closes it again. */
export async function reportOn(
  task: Exclude<ConformTask, { kind: "bisect" }>,
  where: Where,
  options: ReportOptions,
): Promise<MeasuredReport> {
  switch (task.kind) {
    case "golden": {
      await using backend = await openSide(task.backend, where);
      const how = { ...options, openTorch: () => openSide("torch", where) };
      return measured(await replayGolden(backend, task.folder, how), backend);
    }
    case "record": {
      await using backend = await openSide(task.backend, where);
      return measured(await recordGolden(backend, task.folder, options), backend);
    }
    case "suites":
    case "pairs": {
      await using candidate = await openSide(task.candidate, where);
      await using reference = await openSide(task.reference, where);
      const what = task.kind === "pairs" ? { pairs: task.file } : { suites: task.suites };
      return measured(await conform(candidate, reference, { ...what, ...options }), candidate, reference);
    }
  }
}

async function measured(report: Report, ...backends: readonly Backend[]): Promise<MeasuredReport> {
  const infos = await Promise.all(backends.map((backend) => backend.info()));
  const sides = infos.map(({ backend, device, versions }) => ({ backend, device, versions }));
  return { ...report, measured: { version: packageVersion(), date: new Date().toISOString(), sides } };
}

/** Where the candidate parts first from the reference, in one network. */
export async function takeApart(
  task: Extract<ConformTask, { kind: "bisect" }>,
  where: Where,
  signal: AbortSignal,
): Promise<Bisection> {
  await using left = await openSide(task.candidate, where);
  await using right = await openSide(task.reference, where);
  const network = networks[task.network];
  if (network === undefined) throw new Error(`there is no network ${task.network}`);
  return await bisectBackends(left, right, network, { signal });
}
