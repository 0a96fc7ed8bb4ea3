import { extname } from "node:path";
import { AdsamError } from "./errors.ts";
import { type FitOptions, type Keep, type KeepInput, keep as keepSchema } from "./schema/options.ts";
import { validate } from "./validation.ts";

/**
 * Which models a run keeps.
 * @throws AdsamError `usage` where they are to be kept beside no checkpoint, or compared by a validation that is not made.
 */
export function checkKeep(
  given: KeepInput | undefined,
  { metric, patience, validation }: FitOptions,
  checkpoint: string | undefined,
): Keep {
  const keep = validate(keepSchema, given ?? {}, "fit: keep");
  if (checkpoint === undefined && (keep.best || keep.every > 0)) {
    throw new AdsamError("usage", "keep: expected a checkpoint, beside which models are kept, got none", {
      suggestion: "give checkpoint too",
    });
  }
  if ((keep.best || patience !== null) && validation === "none" && metric.startsWith("validation/")) {
    throw new AdsamError(
      "usage",
      `metric: expected one of the training, got ${metric} of a run that does not validate`,
      { suggestion: "choose train/loss or train/accuracy, or have it validate" },
    );
  }
  return keep;
}

/** Where a model is kept: `run/checkpoint-best.safetensors`. */
export function besideCheckpoint(checkpoint: string, which: string): string {
  const ending = extname(checkpoint);
  return `${checkpoint.slice(0, checkpoint.length - ending.length)}-${which}${ending}`;
}
