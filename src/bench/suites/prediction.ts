import { quotient, times } from "../findings.ts";
import { ours, published } from "../names.ts";
import { race } from "../race.ts";
import { onCuda } from "../setting.ts";
import type { Suite } from "../suite.ts";

export const prediction: Suite = {
  about: "Monte Carlo prediction of ResNet-20, 30 samples, batch 100, 32x32, against the published code's loop",
  async measure(setting) {
    const work = { network: "resnet20", batch: 100, size: 32, samples: 30 };
    const result = await race(setting, {
      [ours]: { ...work, contender: "predict" },
      [published]: { ...work, contender: "published-predict" },
    });
    return [...quotient(result, published, ours, { atLeast: onCuda(setting) ? 8 : 1.5 }), ...times(result)];
  },
};
