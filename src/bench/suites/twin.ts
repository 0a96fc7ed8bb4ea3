import type { Backend, Model } from "../../backend.ts";
import type { Dataset } from "../../data/dataset.ts";
import { open } from "../../open.ts";
import type { StepOptions } from "../../schema/options.ts";
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
    const racers = [await racer(torch, "torch"), await racer(torch), await racer(tfjs)];
    const [ofTorch = [], ofNative = [], ofTfjs = []] = await inTurn(racers, setting);
    return [
      figure("tfjs / torch by torch's kernels", "×", ratios(ofTfjs, ofTorch), { atMost: 2 }),
      figure("tfjs / torch", "×", ratios(ofTfjs, ofNative)),
      figure("torch by torch's kernels", "s", ofTorch),
      figure("torch", "s", ofNative),
      figure("tfjs", "s", ofTfjs),
    ];
  },
};

interface Racer {
  readonly model: Model;
  readonly kernels: StepOptions["kernels"];
}

async function racer(backend: Backend, kernels: Racer["kernels"] = "auto"): Promise<Racer> {
  return { model: await backend.model({ kind: "resnet20" }), kernels };
}

/** Seconds of a step, of each racer, round by round. */
async function inTurn(racers: readonly Racer[], { effort, signal }: Setting): Promise<number[][]> {
  const data = images(steps * batch, 32);
  const seconds: number[][] = racers.map(() => []);
  for (const each of racers) await stepSeconds(each, data, signal); // to warm up
  for (const _ of roundsOf(effort)) {
    for (const [index, each] of racers.entries()) seconds[index]?.push(await stepSeconds(each, data, signal));
  }
  return seconds;
}

async function stepSeconds({ model, kernels }: Racer, data: Dataset, signal: AbortSignal | undefined): Promise<number> {
  const start = performance.now();
  await model.fit(data, { epochs: 1, batch, kernels, validation: "none", signal });
  signal?.throwIfAborted();
  return (performance.now() - start) / 1000 / steps;
}
