import * as z from "zod";

export type { InputNormalization, Normalization } from "./types.generated.ts";

export const normalization = z
  .strictObject({
    scale: z.number().positive().describe("the pixel value that becomes 1"),
    mean: z.array(z.number()).readonly().describe("of each channel, of pixel / scale"),
    std: z.array(z.number().positive()).readonly().describe("of each channel, of pixel / scale; above 0"),
  })
  .meta({
    id: "Normalization",
    description: "How stored pixels become a network's input: (pixel / scale - mean[c]) / std[c].",
  });

export const inputNormalization = z
  .union([normalization, z.literal("model"), z.null()], {
    error: 'expected {"scale", "mean", "std"}, "model" or null',
  })
  .meta({
    id: "InputNormalization",
    description:
      'What makes a model\'s input of images. "model": pixels, which are whole numbers, are normalised as those that the model was trained on, and floating point numbers are its input already. A normalization is applied to either. null: either is its input already.',
  });
