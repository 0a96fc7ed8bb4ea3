import { type Backend, type Model, open } from "../../backend.ts";
import type { Dataset } from "../../data/dataset.ts";
import { figure, ratios } from "../figure.ts";
import { images } from "../images.ts";
import { roundsOf, type Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const steps = 2;
const batch = 100;

/** Runs of two steps, both driven from here. */
export const twin: Suite = {
  about: "a training step of ResNet-20, batch 100, 32x32: the TensorFlow.js twin against torch, both on the CPU",
  async measure(setting) {
    await using torch = await open({ backend: "torch", device: "cpu", python: setting.python });
    await using tfjs = await open({ backend: "tfjs" });
    const { versions, deviceName } = await tfjs.info();
    setting.onVersions({ tfjs: `${versions.tfjs}, ${deviceName.split(", ").slice(1).join(", ")}` });
    const seconds = await inTurn([await modelOf(torch), await modelOf(tfjs)], setting);
    const [ofTorch = [], ofTfjs = []] = seconds;
    return [
      figure("tfjs / torch", "×", ratios(ofTfjs, ofTorch)),
      figure("torch", "s", ofTorch),
      figure("tfjs", "s", ofTfjs),
    ];
  },
};

const modelOf = (backend: Backend) => backend.model({ kind: "resnet20" });

/** Seconds of a step, of each model, round by round. */
async function inTurn(models: readonly Model[], { effort, signal }: Setting): Promise<number[][]> {
  const data = images(steps * batch, 32);
  const seconds: number[][] = models.map(() => []);
  for (const model of models) await stepSeconds(model, data, signal); // to warm up
  for (const _ of roundsOf(effort)) {
    for (const [index, model] of models.entries()) seconds[index]?.push(await stepSeconds(model, data, signal));
  }
  return seconds;
}

async function stepSeconds(model: Model, data: Dataset, signal: AbortSignal | undefined): Promise<number> {
  const start = performance.now();
  await model.fit(data, { epochs: 1, batch, validation: "none", signal });
  signal?.throwIfAborted();
  return (performance.now() - start) / 1000 / steps;
}
