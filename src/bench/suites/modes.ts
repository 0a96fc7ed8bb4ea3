import type { ContenderRequest } from "../contender.ts";
import { type Finding, isFigure, type Target } from "../figure.ts";
import { quotient, times } from "../findings.ts";
import { race } from "../race.ts";
import { onCuda } from "../setting.ts";
import type { Suite } from "../suite.ts";

const standard = "the default";

interface Mode {
  readonly name: string;
  readonly change: Partial<ContenderRequest>;
  readonly cuda?: Target;
}

const all: readonly Mode[] = [
  { name: "the step as it is defined", change: { contender: "definition" } },
  { name: "bfloat16", change: { spec: { dtype: "bfloat16" } }, cuda: { atLeast: 1.5 } },
];

/** Each against the default alone: one of them may be so slow that it would leave the others few rounds. */
export const modes: Suite = {
  about: "a training step of ResNet-20, batch 100, 32x32, in each other mode, against the default one",
  async measure(setting) {
    const findings: Finding[] = [];
    for (const { name, change, cuda } of all) {
      const step = { contender: "fit", network: "resnet20", batch: 100, size: 32 } as const;
      const result = await race(setting, { [standard]: step, [name]: { ...step, ...change } });
      const target = onCuda(setting) ? (cuda ?? null) : null;
      findings.push(...quotient(result, standard, name, target));
      findings.push(...times(result).filter((found) => found.name !== standard || !isFigure(found)));
    }
    return findings;
  },
};
