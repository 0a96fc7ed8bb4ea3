import * as z from "zod";

export type { CheckedOpenOptions, OpenOptions } from "./types.generated.ts";

/** What can run a model: PyTorch over the bridge, or its twin in TensorFlow.js. */
export const backendNames = ["torch", "tfjs"] as const;
/**
 * The name of a backend.
 * @useDeclaredType
 */
export type BackendName = (typeof backendNames)[number];

export const openOptions = z
  .strictObject({
    backend: z.enum(backendNames).default("torch").describe("what computes"),
    device: z
      .string()
      .regex(/^(auto|cpu|cuda(:\d+)?)$/, { error: 'expected "auto", "cpu", "cuda" or "cuda:<n>"' })
      .default("auto")
      .describe('"auto" (CUDA where there is one), "cpu", "cuda" or "cuda:<n>"'),
    python: z
      .string()
      .optional()
      .describe("the Python to use; otherwise ADSAM_PYTHON, otherwise the one that `adsam setup` made"),
  })
  .meta({ id: "CheckedOpenOptions", inputId: "OpenOptions", description: "Which backend to open, and on what." });
