import { Contender, type ContenderRequest, NotMeasured } from "../contender.ts";
import { type Finding, figure, ratios } from "../figure.ts";
import { ours, published } from "../names.ts";
import type { Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const steps = 3;
const megabyte = 1e6;

/** Each time in a fresh process, on the CPU all that the process holds, on CUDA the tensors. */
export const memory: Suite = {
  about: "peak memory of ResNet-20's training step, batch 100, 32x32, above what its process held before",
  async measure(setting) {
    const work = { network: "resnet20", batch: 100, size: 32, calls: steps + 1 };
    const entries = new Map<string, ContenderRequest>([
      [ours, { ...work, contender: "fit" }],
      [published, { ...work, contender: "published-step" }],
    ]);
    const peaks = new Map<string, number[]>();
    const findings: Finding[] = [];
    const rounds = Math.min(setting.effort.rounds, 3);
    for (let round = 0; round < rounds; round++) {
      for (const [name, request] of entries) {
        const peak = await peakOf(request, setting);
        if (typeof peak === "number") peaks.set(name, [...(peaks.get(name) ?? []), peak]);
        else {
          findings.push({ name, reason: peak.message });
          entries.delete(name);
        }
      }
    }
    const [own, theirs] = [peaks.get(ours), peaks.get(published)];
    const compared = own !== undefined && theirs !== undefined;
    return [
      ...(compared ? [figure(`${ours} / ${published}`, "×", ratios(own, theirs), { atMost: 1 })] : []),
      ...[...peaks].map(([name, values]) => figure(name, "MB", values)),
      ...findings,
    ];
  },
};

async function peakOf(request: ContenderRequest, setting: Setting): Promise<number | NotMeasured> {
  try {
    await using contender = await Contender.start(request, setting);
    return (await contender.take(steps)).peakBytes / megabyte;
  } catch (error) {
    if (error instanceof NotMeasured) return error;
    throw error;
  }
}
