import { AdsamError } from "../../errors.ts";
import { casesOf, type Drawing, drawnInput, type ProveCase } from "./cases.ts";
import { checkNames } from "./convention.ts";
import type { Arguments } from "./given.ts";
import type { CheckedProveOptions } from "./options.ts";
import type { Description } from "./python-subject.ts";

/**
 * The cases that the options ask for.
 * @throws AdsamError `usage` for none, and for what is no case; `file` and `data` for files that cannot be read.
 */
export async function casesFor(options: CheckedProveOptions, subject: Description): Promise<readonly ProveCase[]> {
  const { cases, inputs, edges } = options;
  if (typeof cases === "object") return cases;
  const drawing = drawingOf(inputs ?? {});
  checkNames(subject, [...drawing.keys()]);
  const missing = (subject.parameters ?? []).find(({ name, optional }) => !optional && !drawing.has(name));
  if (missing !== undefined) {
    throw new AdsamError("usage", `inputs: expected ${missing.name}, got ${[...drawing.keys()].join(", ") || "none"}`, {
      suggestion: `say what it is, such as ${missing.name}=float32[4,3]`,
    });
  }
  return casesOf(drawing, { withEdges: edges ?? true });
}

function drawingOf(inputs: Arguments): Drawing {
  return new Map(
    Object.entries(inputs).map(([name, value]) => {
      const drawn = typeof value === "string" ? drawnInput(value) : undefined;
      return [name, drawn ?? { value }];
    }),
  );
}
