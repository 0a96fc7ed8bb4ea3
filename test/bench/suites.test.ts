import { expect, test } from "vitest";
import { suites } from "../../src/bench/index.ts";
import { quick, type Setting } from "../../src/bench/setting.ts";

/** Where nothing can be measured: each must still be named, with the reason. */
const nowhere: Setting = {
  device: "cpu",
  python: "/none/python",
  threads: 1,
  reference: undefined,
  effort: quick,
  signal: undefined,
  onVersions: () => {},
};

test.each([
  ["step", ["ours", "the published code", "one deterministic pass", "7 deterministic passes as a CUDA graph"]],
  ["modes", ["the default", "the step as it is defined", "bfloat16", "TF32"]],
  ["vi", ["ours", "bayesian-torch"]],
  ["prediction", ["ours", "the published code"]],
  ["memory", ["ours", "the published code"]],
  ["contention", ["ours", "torch's kernels", "ours, driven from TypeScript", "one deterministic pass"]],
  ["depth", ["resnet20: ours", "resnet110: one deterministic pass"]],
  ["batch", ["batch 25: ours", "batch 1600: one deterministic pass"]],
] as const)("%s names what it could not measure", async (name, missing) => {
  const findings = await suites[name].measure(nowhere);
  expect(findings.map((finding) => finding.name)).toEqual(expect.arrayContaining([...missing]));
  for (const finding of findings) expect(finding).toEqual({ name: expect.any(String), reason: expect.any(String) });
});
