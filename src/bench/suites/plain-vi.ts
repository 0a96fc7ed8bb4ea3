import { quotient, times } from "../findings.ts";
import { ours } from "../names.ts";
import { race } from "../race.ts";
import { onCuda } from "../setting.ts";
import type { Suite } from "../suite.ts";

const peer = "bayesian-torch";

/** Without adversarial sampling (ratio 0) and without a forward for the accuracy alone, which the peer has not either. */
export const plainVi: Suite = {
  about: "a plain VI step of ResNet-20, batch 100, 32x32, against bayesian-torch's reparameterisation layers",
  async measure(setting) {
    const work = { network: "resnet20", batch: 100, size: 32 };
    const result = await race(setting, {
      [ours]: { ...work, contender: "fit", options: { ratio: 0, fidelity: "paper" } },
      [peer]: { ...work, contender: "bayesian-torch" },
    });
    return [...quotient(result, peer, ours, { atLeast: onCuda(setting) ? 4 : 1.2 }), ...times(result)];
  },
};
