import * as z from "zod";

export type { CheckedOpenOptions, OpenOptions } from "./types.generated.ts";

/** What can run a model: PyTorch over the bridge, its twin in TensorFlow.js, or a checkout of the published code. */
export const backendNames = ["torch", "tfjs", "reference"] as const;
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
    checkout: z
      .string()
      .min(1)
      .optional()
      .describe("folder of the published code as it is at github.com/AISIGSJTU/AS, for the backend reference"),
  })
  .superRefine(({ backend, checkout }, context) => {
    if ((backend === "reference") === (checkout !== undefined)) return;
    const message =
      checkout === undefined
        ? "expected a folder of the published code for the backend reference"
        : `expected a checkout with the backend reference alone, got ${backend}`;
    context.addIssue({ code: "custom", message, path: ["checkout"] });
  })
  .meta({ id: "CheckedOpenOptions", inputId: "OpenOptions", description: "Which backend to open, and on what." });
