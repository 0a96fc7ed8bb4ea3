/** Who uses the matcher. */
import { expect } from "vitest";
import "adversarial-sampling/vitest";
import type { TorchMatchOptions } from "adversarial-sampling/vitest";

const options: TorchMatchOptions = { differentiate: ["input"] as const, folder: undefined, python: undefined };

export async function matched(port: unknown): Promise<void> {
  await expect(port).toMatchTorch("torch.nn.functional:softplus", { input: [[0, 1]] }, options);
  await expect(port).toMatchTorch("torch.nn.functional:softplus", [{ input: 0 }, { input: [1, 2] }] as const);
  const rows = { input: "float32[3,4]", dim: { plain: -1 } } as const;
  await expect(port).toMatchTorch("torch.nn.functional:softmax", rows, { call: "positional", as: "arrays" });
  // @ts-expect-error an input is a tensor, nested numbers, or says that it is plain
  await expect(port).toMatchTorch("torch.nn.functional:softplus", { input: null });
}
