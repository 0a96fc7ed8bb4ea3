import * as z from "zod";

/**
 * A real number that may be NaN or infinite.
 *
 * JSON has no such numbers, so they cross as the strings "NaN", "Infinity" and "-Infinity"
 * (the spelling that Python's side writes and reads as well).
 */
export const real = z
  .union([z.number(), z.literal(["NaN", "Infinity", "-Infinity"]).transform(Number)])
  .meta({ id: "Real" });

export const count = z.int().min(0).meta({ id: "Count" });
export const positiveCount = z.int().min(1).meta({ id: "PositiveCount" });
