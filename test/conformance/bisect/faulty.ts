import type { Backend, TorchBackend } from "../../../src/backend.ts";

/** A backend whose models have the fault of that name in torch_faults.py; `torch` itself stays right. */
export function faulty(torch: TorchBackend, fault: string): Backend {
  return {
    stages: torch.stages,
    info: () => torch.info(),
    load: (path, options) => torch.load(path, options),
    async model(spec) {
      await torch.call(`torch_faults:${fault}`, {}, { folder: import.meta.dirname });
      return torch.model(spec);
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
