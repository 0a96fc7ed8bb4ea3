import * as z from "zod";
import { positiveCount } from "./numbers.ts";

export type { InputNormalization, Normalization, ReadingOptions, ReadingOptionsInput } from "./types.generated.ts";

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

export const readingOptions = z
  .strictObject({
    resize: z
      .int()
      .min(1)
      .max(4096)
      .nullable()
      .default(null)
      .describe("scale images to squares of so many pixels a side, cut from the middle; null: as they are"),
    corrupt: z
      .enum(["refuse", "skip"])
      .default("refuse")
      .describe("what becomes of a data set with pictures that cannot be read: it is refused, or they are left out"),
    holdOut: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.2)
      .describe("the part of each class to test on, where the data does not say what to test on"),
    shape: z
      .array(positiveCount)
      .readonly()
      .nullable()
      .default(null)
      .describe("how the numbers of a CSV file's row make an image: channels,height,width; null: not said"),
  })
  .meta({ id: "ReadingOptions", description: "How images of one's own become a data set." });
