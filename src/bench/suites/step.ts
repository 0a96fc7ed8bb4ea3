import { type Finding, figure, type Target } from "../figure.ts";
import { bfloat16, otherModes, ours } from "../modes.ts";
import { type Race, race } from "../race.ts";
import { onCuda, type Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const published = "the published code";
const floor = "7 deterministic passes";
const graph = "7 deterministic passes as a CUDA graph";

interface Step {
  readonly about: string;
  readonly network: string;
  readonly size: number;
  /** Of the published code's time divided by ours. */
  readonly target: { readonly cpu: Target | null; readonly cuda: Target | null };
  /** Whether the other modes are measured too. */
  readonly modes: boolean;
}

/** Training steps of batch 100: ours, the published code's, and the floor under both. */
function stepSuite({ about, network, size, target, modes }: Step): Suite {
  const work = { network, size, batch: 100 };
  const step = { ...work, contender: "fit" } as const;
  return {
    about,
    async measure(setting) {
      const result = await race(setting, {
        [ours]: step,
        [published]: { ...work, contender: "published-step" },
        [floor]: { ...work, contender: "passes" },
        [graph]: { ...work, contender: "graph" },
        ...(modes ? otherModes(step) : {}),
      });
      return findings(result, setting, onCuda(setting) ? target.cuda : target.cpu);
    },
  };
}

function findings(result: Race, setting: Setting, target: Target | null): Finding[] {
  const against = (of: string, to: string, aim: Target | null = null): Finding[] =>
    result.has(of, to) ? [figure(`${of} / ${to}`, "×", result.ratios(of, to), aim)] : [];
  const cuda = onCuda(setting);
  const names = result.names();
  return [
    ...against(published, ours, target),
    ...against(ours, floor),
    ...against(ours, graph, { atMost: 1.3 }),
    ...names
      .filter((name) => name.startsWith(`${ours}, `))
      .flatMap((name) => against(ours, name, cuda && name === bfloat16 ? { atLeast: 1.5 } : null)),
    ...names.map((name) => figure(name, "ms", result.milliseconds(name))),
    ...result.unmeasured,
  ];
}

export const step = stepSuite({
  about: "a training step of ResNet-20, batch 100, 32x32, in each mode, against the published code and the floor",
  network: "resnet20",
  size: 32,
  target: { cpu: { atLeast: 1.8 }, cuda: { atLeast: 12 } },
  modes: true,
});

export const digits = stepSuite({
  about: "the same on images of 8x8, as the digits are",
  network: "resnet20",
  size: 8,
  target: { cpu: { atLeast: 3 }, cuda: null },
  modes: false,
});

export const vgg16 = stepSuite({
  about: "the same of VGG-16, batch 100, 32x32",
  network: "vgg16",
  size: 32,
  target: { cpu: { atLeast: 1.3 }, cuda: null },
  modes: false,
});
