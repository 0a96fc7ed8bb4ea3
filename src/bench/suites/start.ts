import { execFileSync } from "node:child_process";
import { open } from "../../open.ts";
import { figure, ratios } from "../figure.ts";
import { images } from "../images.ts";
import { onCuda, type Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

export const start: Suite = {
  about: "from a new session to the first step's event: Python's start, torch's import, the model, the step",
  async measure(setting) {
    await toFirstStep(setting); // to fill the file cache
    const first: number[] = [];
    const imports: number[] = [];
    for (let round = 0; round < Math.min(setting.effort.rounds, 5); round++) {
      first.push(await toFirstStep(setting));
      imports.push(toImportTorch(setting));
    }
    const target = onCuda(setting) ? null : { atMost: 2.5 };
    return [
      figure("session start to first step, warm file cache", "s", first, target),
      figure("that / importing torch alone", "×", ratios(first, imports)),
      figure("importing torch alone", "s", imports),
    ];
  },
};

/** By a Python that does nothing else, its start and end included. */
function toImportTorch({ python, signal }: Setting): number {
  signal?.throwIfAborted();
  const began = performance.now();
  execFileSync(python, ["-c", "import torch"]);
  return (performance.now() - began) / 1000;
}

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
