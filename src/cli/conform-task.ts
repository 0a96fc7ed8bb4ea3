import type { SuiteName } from "../conformance/index.ts";
import { AdsamError } from "../errors.ts";
import { type BackendName, backendNames } from "../schema/backends.ts";
import type { ConformArguments } from "./conform-options.ts";
import { kebabCase } from "./options.ts";

/** Two backends, one of which is judged by the other. */
export interface Judged {
  readonly candidate: BackendName;
  readonly reference: BackendName;
}

/** What `adsam conform` is to do: one of its five kinds of work. */
export type ConformTask =
  | { readonly kind: "golden" | "record"; readonly backend: BackendName; readonly folder: string }
  | (Judged & { readonly kind: "suites"; readonly suites: readonly SuiteName[] | undefined })
  | (Judged & { readonly kind: "pairs"; readonly file: string })
  | (Judged & { readonly kind: "bisect"; readonly network: string });

/** Options that say what the work is, but for `against`, and what else may be given with each. */
const works = {
  golden: ["junit", "html"],
  record: ["junit", "html"],
  pairs: ["against", "junit", "html"],
  bisect: ["against"],
  against: ["suite", "junit", "html"],
} as const satisfies Partial<Record<keyof ConformArguments, readonly (keyof ConformArguments)[]>>;

/** What goes with all work. */
const always: readonly (keyof ConformArguments)[] = ["backend", "reference", "device", "python", "json"];

/**
 * The task that the options describe.
 * @throws AdsamError `usage` for none, and for options that exclude each other.
 */
export function taskOf(values: ConformArguments): ConformTask {
  const work = workOf(values);
  switch (work) {
    case "golden":
    case "record":
      return { kind: work, backend: values.backend ?? "torch", folder: values[work] ?? "" };
    case "pairs":
      return { kind: "pairs", ...judged(values), file: values.pairs ?? "" };
    case "bisect":
      return { kind: "bisect", ...judged(values), network: values.bisect ?? "" };
    case "against":
      return { kind: "suites", ...judged(values), suites: values.suite };
  }
}

function workOf(values: ConformArguments): keyof typeof works {
  const given = (Object.keys(values) as (keyof ConformArguments)[]).filter((name) => values[name] !== undefined);
  const work = (["golden", "record", "pairs", "bisect", "against"] as const).find((name) => given.includes(name));
  if (work === undefined) {
    throw new AdsamError("usage", "expected one of --against, --pairs, --bisect, --golden and --record", {
      suggestion: "for example: adsam conform --against torch",
    });
  }
  const allowed: readonly string[] = [...always, work, ...works[work]];
  const surplus = given.filter((name) => !allowed.includes(name));
  if (surplus.length === 0) return work;
  const flags = surplus.map((name) => `--${kebabCase(name)}`).join(", ");
  throw new AdsamError("usage", `${flags} cannot be given with --${work}`, {
    suggestion: `with --${work} go ${[...works[work], ...always].map((name) => `--${kebabCase(name)}`).join(", ")}`,
  });
}

/** torch judges unless told otherwise, and what is judged is another backend. */
function judged({ backend, against: reference = "torch" }: ConformArguments): Judged {
  const candidate = backend ?? backendNames.find((name) => name !== reference);
  if (candidate !== undefined && candidate !== reference) return { candidate, reference };
  throw new AdsamError("usage", `expected two backends to compare, got ${reference} as --backend and as --against`, {
    suggestion: "leave --backend out, or name another one",
  });
}

/** @throws AdsamError `usage` for a checkout of the published code that no side of the task computes with. */
export function requireUse(task: ConformTask, checkout: string | undefined): void {
  const sides = "backend" in task ? [task.backend] : [task.candidate, task.reference];
  if (checkout === undefined || sides.includes("reference")) return;
  throw new AdsamError("usage", `--reference is for the backend reference, got ${sides.join(" and ")}`, {
    suggestion: "add --backend reference or --against reference",
  });
}
