import { AdsamError } from "../../errors.ts";
import { isPlain } from "../../interop/kinds.ts";
import { annotatedInputs } from "./annotations.ts";
import { readCases } from "./case-file.ts";
import { casesOf, type Drawing, drawnInput, type ProveCase } from "./cases.ts";
import { checkNames } from "./convention.ts";
import type { Arguments } from "./given.ts";
import type { CheckedProveOptions } from "./options.ts";
import type { Description } from "./python-subject.ts";
import { readCalls, type UnkeptCall } from "./recorded-calls.ts";

/** What a port is proved on. */
export interface Cases {
  readonly cases: readonly ProveCase[];
  /** Recorded calls that cannot be made again. */
  readonly unkept: readonly UnkeptCall[];
}

/**
 * The cases that the options ask for.
 * @throws AdsamError `usage` for none, and for what is no case; `file` and `data` for files that cannot be read.
 */
export async function casesFor(options: CheckedProveOptions, subject: Description): Promise<Cases> {
  const { torch, cases, calls, inputs, edges } = options;
  if (calls !== undefined) return readCalls(calls, torch);
  if (cases !== undefined) {
    const given = typeof cases === "string" ? await readCases(cases) : cases;
    return { cases: given.map(drawn), unkept: [] };
  }
  const drawing: Drawing = new Map([...annotatedInputs(subject), ...drawingOf(inputs ?? {})]);
  checkNames(subject, [...drawing.keys()]);
  const missing = (subject.parameters ?? []).find(({ name, optional }) => !optional && !drawing.has(name));
  if (missing !== undefined) {
    throw new AdsamError("usage", `inputs: expected ${missing.name}, got ${[...drawing.keys()].join(", ") || "none"}`, {
      suggestion: `say what it is, such as ${missing.name}=float32[4,3]`,
    });
  }
  return { cases: casesOf(drawing, { withEdges: edges ?? true }), unkept: [] };
}

function drawingOf(inputs: Arguments): Drawing {
  return new Map(
    Object.entries(inputs).map(([name, value]) => {
      const shape = typeof value === "string" ? drawnInput(value) : undefined;
      return [name, shape ?? { value: isPlainly(value) ? value.plain : value }];
    }),
  );
}

/** `{ plain }` is what it holds, as in case files. */
function isPlainly(value: unknown): value is { readonly plain: unknown } {
  return typeof value === "object" && value !== null && isPlain(value) && Object.keys(value).join() === "plain";
}

/** A case whose inputs to draw are drawn once. */
function drawn(one: ProveCase): ProveCase {
  const [filled] = casesOf(drawingOf(one.inputs), { draws: 1, withEdges: false });
  return { ...one, inputs: filled?.inputs ?? one.inputs };
}
