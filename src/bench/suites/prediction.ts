import { figure } from "../figure.ts";
import { ours } from "../modes.ts";
import { race } from "../race.ts";
import { onCuda } from "../setting.ts";
import type { Suite } from "../suite.ts";

const published = "the published code";

export const prediction: Suite = {
  about: "Monte Carlo prediction of ResNet-20, 30 samples, batch 100, 32x32, against the published code's loop",
  async measure(setting) {
    const work = { network: "resnet20", batch: 100, size: 32, samples: 30 };
    const result = await race(setting, {
      [ours]: { ...work, contender: "predict" },
      [published]: { ...work, contender: "published-predict" },
    });
    return [
      ...(result.has(published, ours)
        ? [
            figure(`${published} / ${ours}`, "×", result.ratios(published, ours), {
              atLeast: onCuda(setting) ? 8 : 1.5,
            }),
          ]
        : []),
      ...result.names().map((name) => figure(name, "ms", result.milliseconds(name))),
      ...result.unmeasured,
    ];
  },
};
