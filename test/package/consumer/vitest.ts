/** Who uses the matcher. */
import { expect } from "vitest";
import "adversarial-sampling/vitest";
import type { TorchMatchOptions } from "adversarial-sampling/vitest";

const options: TorchMatchOptions = { differentiate: ["input"] as const, folder: undefined, python: undefined };

export async function matched(port: unknown): Promise<void> {
  await expect(port).toMatchTorch("torch.nn.functional:softplus", { input: [[0, 1]] }, options);
  await expect(port).toMatchTorch("torch.nn.functional:softplus", [{ input: 0 }, { input: [1, 2] }] as const);
  // @ts-expect-error an input is a tensor, or nested numbers
  await expect(port).toMatchTorch("torch.nn.functional:softplus", { input: "0" });
}
