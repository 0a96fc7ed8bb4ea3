import * as z from "zod";
import { modelSpec } from "./models.ts";

export const saveFormat = z.enum(["safetensors", "pt"]);
export type SaveFormat = z.output<typeof saveFormat>;
export const saveOptions = z.strictObject({ format: saveFormat.default("safetensors") });

export const relativeSigma = z
  .number()
  .positive()
  .describe("initial sigma of every weight, in parts of the plain network's weight: sigma = this times |w|");

export const loadOptions = z.strictObject({
  spec: modelSpec.optional(),
  pretrained: z.boolean().default(false),
  relativeSigma: relativeSigma.optional(),
});
