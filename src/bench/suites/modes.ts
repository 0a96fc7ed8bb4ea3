import { fitOptions } from "../../schema/options.ts";
import type { ContenderRequest } from "../contender.ts";
import { type Finding, isFigure, type Target } from "../figure.ts";
import { quotient, times } from "../findings.ts";
import { race } from "../race.ts";
import { onCuda, type Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const standard = "the default";
const step = { contender: "fit", network: "resnet20", batch: 100, size: 32 } as const;

interface Mode {
  readonly name: string;
  readonly change: Partial<ContenderRequest>;
  /** null: it means nothing there. */
  readonly target: { readonly cpu?: Target | null; readonly cuda?: Target | null };
}

const all: readonly Mode[] = [
  { name: "the step as it is defined", change: { contender: "definition" }, target: {} },
  { name: "torch's kernels", change: { options: { kernels: "torch" } }, target: { cuda: null } },
  { name: "TF32", change: { options: { tf32: true } }, target: { cpu: null } },
  { name: "bfloat16", change: { spec: { dtype: "bfloat16" } }, target: { cuda: { atLeast: 1.5 } } },
];

/** Each against the default alone: one of them may be so slow that it would leave the others few rounds. */
export const modes: Suite = {
  about: "a training step of ResNet-20, batch 100, 32x32, in each other mode, against the default one",
  async measure(setting) {
    const findings: Finding[] = [];
    for (const mode of all) findings.push(...(await against(mode, setting)));
    return findings;
  },
};

async function against({ name, change, target }: Mode, setting: Setting): Promise<readonly Finding[]> {
  const unknown = Object.keys(change.options ?? {}).find((option) => !Object.hasOwn(fitOptions.shape, option));
  if (unknown !== undefined) return [{ name, reason: `this version has no option ${unknown}` }];
  const where = onCuda(setting) ? "cuda" : "cpu";
  if (target[where] === null) return [{ name, reason: `it means nothing on ${setting.device}` }];
  const result = await race(setting, { [standard]: step, [name]: { ...step, ...change } });
  return [
    ...quotient(result, standard, name, target[where]),
    ...times(result).filter((found) => found.name !== standard || !isFigure(found)),
  ];
}
