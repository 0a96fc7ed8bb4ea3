import type { Normalization } from "../../schema/data.ts";

/** Of pixels of which nothing is known: from 0 to 255 becomes from -1 to 1. */
export const halves: Normalization = { scale: 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** Of grey pixels up to 255 in three channels. */
export function greyNormalization(mean: number, std: number): Normalization {
  return { scale: 255, mean: [mean, mean, mean], std: [std, std, std] };
}
