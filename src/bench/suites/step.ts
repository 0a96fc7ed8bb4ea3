import { figure, type Target } from "../figure.ts";
import { multiples, quotient, times } from "../findings.ts";
import { ours, pass, passesOfStep, published } from "../names.ts";
import { race } from "../race.ts";
import { onCuda } from "../setting.ts";
import type { Suite } from "../suite.ts";

const graph = "7 deterministic passes as a CUDA graph";

interface Step {
  readonly about: string;
  readonly network: string;
  readonly size: number;
  /** Of the published code's time divided by ours. */
  readonly target: { readonly cpu: Target | null; readonly cuda: Target | null };
}

/** Training steps of batch 100: ours, the published code's, and the floor under both. */
function stepSuite({ about, network, size, target }: Step): Suite {
  const work = { network, size, batch: 100 };
  return {
    about,
    async measure(setting) {
      const result = await race(setting, {
        [ours]: { ...work, contender: "fit" },
        [published]: { ...work, contender: "published-step" },
        [pass]: { ...work, contender: "passes", passes: 1 },
        [graph]: { ...work, contender: "graph", passes: passesOfStep },
      });
      const multiple = multiples(result);
      return [
        ...quotient(result, published, ours, onCuda(setting) ? target.cuda : target.cpu),
        ...(multiple === null ? [] : [figure(`${ours} / 7 deterministic passes`, "×", multiple)]),
        ...quotient(result, ours, graph, { atMost: 1.3 }),
        ...times(result),
      ];
    },
  };
}

export const step = stepSuite({
  about: "a training step of ResNet-20, batch 100, 32x32, against the published code and the floor",
  network: "resnet20",
  size: 32,
  target: { cpu: { atLeast: 1.8 }, cuda: { atLeast: 12 } },
});

export const digits = stepSuite({
  about: "the same on images of 8x8, as the digits are",
  network: "resnet20",
  size: 8,
  target: { cpu: { atLeast: 3 }, cuda: null },
});

export const vgg16 = stepSuite({
  about: "the same of VGG-16, batch 100, 32x32",
  network: "vgg16",
  size: 32,
  target: { cpu: { atLeast: 1.3 }, cuda: null },
});
