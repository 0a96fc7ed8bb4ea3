import * as z from "zod";

/** How stored pixels become a network's input: (pixel / scale - mean[c]) / std[c]. */
export const normalization = z
  .strictObject({
    scale: z.number().positive(),
    mean: z.array(z.number()),
    std: z.array(z.number().positive()),
  })
  .meta({ id: "Normalization" });
export type Normalization = z.output<typeof normalization>;
