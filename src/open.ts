import type { Backend, TorchBackend } from "./backend.ts";
import { type BackendName, type CheckedOpenOptions, type OpenOptions, openOptions } from "./schema/backends.ts";
import { validate } from "./validation.ts";

/** Loaded when one is opened: who uses one backend pays for no other. */
const backends = {
  torch: async () => (await import("./torch/backend.ts")).openTorch,
  tfjs: async () => (await import("./tfjs/backend.ts")).openTfjs,
  reference: async () => (await import("./torch/backend.ts")).openReference,
} satisfies Record<BackendName, () => Promise<(options: CheckedOpenOptions) => Backend>>;

/** Torch is what is opened where nothing else is named. */
export interface TorchOnly {
  /** torch, or nothing. */
  readonly backend?: "torch" | undefined;
}

/**
 * Opens a backend. Nothing heavy is loaded before it is opened, and Python starts with the first question.
 * @throws AdsamError `usage` for an option that is unknown or out of range, such as a device that the backend has not.
 */
export async function open(options?: OpenOptions & TorchOnly): Promise<TorchBackend>;
/**
 * Opens the backend that the options name, torch where they name none. Nothing heavy is loaded before it is opened.
 * @throws AdsamError `usage` for an option that is unknown or out of range, such as a device that the backend has not.
 */
export async function open(options?: OpenOptions): Promise<Backend>;
export async function open(options: OpenOptions = {}): Promise<Backend> {
  const checked = validate(openOptions, options, "open");
  const openBackend = await backends[checked.backend]();
  return openBackend(checked);
}
