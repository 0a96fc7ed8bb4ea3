import type { Backend, Model } from "../backend.ts";
import type { ModelSpecInput } from "../schema/models.ts";

/**
 * A model whose training steps go by torch's kernels, where it is torch's: what those round is the yardstick, not what
 * this package's do.
 */
export async function modelByTorchKernels(backend: Backend, spec: ModelSpecInput): Promise<Model> {
  const model = await backend.model(spec);
  if ((await backend.info()).backend !== "torch") return model;
  const trace = model.trace.bind(model);
  model.trace = (batches, options) => trace(batches, { ...options, step: { ...options.step, kernels: "torch" } });
  return model;
}
