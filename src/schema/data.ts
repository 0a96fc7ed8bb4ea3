import * as z from "zod";

export type { Normalization } from "./types.generated.ts";

export const normalization = z
  .strictObject({
    scale: z.number().positive().describe("the pixel value that becomes 1; above 0"),
    mean: z.array(z.number()).readonly().describe("of each channel, of pixel / scale"),
    std: z.array(z.number().positive()).readonly().describe("of each channel, of pixel / scale; above 0"),
  })
  .meta({
    id: "Normalization",
    description: "How stored pixels become a network's input: (pixel / scale - mean[c]) / std[c].",
  });
