import type { Backend } from "../backend.ts";
import { conform, type Report, type ReportOptions, recordGolden, replayGolden } from "../conformance/index.ts";
import { AdsamError } from "../errors.ts";
import { open } from "../open.ts";
import type { BackendName, OpenOptions } from "../schema/backends.ts";

/** What the options say of the work. */
export interface Asked {
  readonly backend: BackendName;
  readonly against?: BackendName;
  readonly golden?: string;
  readonly record?: string;
  readonly twins?: string;
  readonly suite?: readonly string[];
}

/** What `adsam conform` is to do: one of its three kinds of work. */
export type ConformTask =
  | { readonly kind: "golden"; readonly backend: BackendName; readonly folder: string }
  | { readonly kind: "record"; readonly backend: BackendName; readonly folder: string }
  | {
      readonly kind: "against";
      readonly backend: BackendName;
      readonly against: BackendName;
      readonly twins: string | undefined;
      readonly suites: readonly string[] | undefined;
    };

/**
 * The task that the options describe. Twins alone are compared between tfjs and torch.
 * @throws AdsamError `usage` for none of them, and for two at once.
 */
export function taskOf({ backend, against, golden, record, twins, suite }: Asked): ConformTask {
  const compares = against !== undefined || twins !== undefined;
  const given = [golden !== undefined, record !== undefined, compares].filter(Boolean).length;
  if (given !== 1) {
    throw new AdsamError(
      "usage",
      "expected one of --golden <folder>, --record <folder>, and --against <name> or --twins <file>",
      {
        suggestion: "For example: adsam conform --backend tfjs --against torch",
      },
    );
  }
  if (golden !== undefined) return { kind: "golden", backend, folder: golden };
  if (record !== undefined) return { kind: "record", backend, folder: record };
  const judged = against === undefined && backend === "torch" ? "tfjs" : backend;
  return { kind: "against", backend: judged, against: against ?? "torch", twins, suites: suite };
}

/** Of two backends, a Python that is named serves torch alone. */
export function openSide(backend: BackendName, { device, python }: Omit<OpenOptions, "backend">): Promise<Backend> {
  return open({ backend, device, python: backend === "torch" ? python : undefined });
}

/** Opens what the task needs, does it, and closes it again. */
export async function runTask(
  task: ConformTask,
  where: Omit<OpenOptions, "backend">,
  options: ReportOptions,
): Promise<Report> {
  await using backend = await (task.kind === "record"
    ? open({ ...where, backend: task.backend })
    : openSide(task.backend, where));
  switch (task.kind) {
    case "golden":
      return await replayGolden(backend, task.folder, {
        ...options,
        openTorch: () => open({ ...where, backend: "torch" }),
      });
    case "record":
      return await recordGolden(backend, task.folder, options);
    case "against": {
      await using reference = await openSide(task.against, where);
      return await conform(backend, reference, { suites: task.suites, twins: task.twins, ...options });
    }
  }
}
