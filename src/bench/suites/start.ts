import { open } from "../../backend.ts";
import { figure } from "../figure.ts";
import { images } from "../images.ts";
import { onCuda, type Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

export const start: Suite = {
  about: "from a new session to the first step's event: Python's start, torch's import, the model, the step",
  async measure(setting) {
    const seconds: number[] = [];
    for (let round = 0; round <= Math.min(setting.effort.rounds, 5); round++) {
      const taken = await toFirstStep(setting);
      if (round > 0) seconds.push(taken); // the first fills the file cache
    }
    const target = onCuda(setting) ? null : { atMost: 2.5 };
    return [figure("session start to first step, warm file cache", "s", seconds, target)];
  },
};

async function toFirstStep({ device, python, signal }: Setting): Promise<number> {
  const data = images(200, 8);
  const began = performance.now();
  await using backend = await open({ device, python });
  const model = await backend.model({ kind: "resnet20" });
  let seconds = Number.NaN;
  for await (const event of model.fit(data, { epochs: 1, validation: "none", signal })) {
    if (event.kind === "step" && event.step === 1) seconds = (performance.now() - began) / 1000;
  }
  return seconds;
}
