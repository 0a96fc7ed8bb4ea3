import { tensor } from "../../src/tensor.ts";

/** Log probabilities [N, C] of these probabilities. */
export const logs = (rows: number[][]) =>
  tensor(Float64Array.from(rows.flat(), Math.log), [rows.length, rows[0]?.length ?? 0]);
export const labels = (...values: number[]) => tensor(Uint8Array.from(values));
export const logits = (values: number[], shape: number[]) => tensor(Float64Array.from(values), shape);
