import { open } from "../../open.ts";
import type { FitOptionsInput } from "../../schema/options.ts";
import { Contender } from "../contender.ts";
import { figure, ratios } from "../figure.ts";
import { images } from "../images.ts";
import { onCuda, roundsOf, type Setting } from "../setting.ts";
import type { Suite } from "../suite.ts";

const batches = 15;
const size = 8;

/** Whole runs, events streaming on one side and nobody listening on the other. */
export const training: Suite = {
  about: "training of ResNet-20 on images of 8x8 driven from TypeScript, events streaming, against Python alone",
  async measure(setting) {
    const epochs = onCuda(setting) ? 20 : 2;
    const options: FitOptionsInput = { epochs, validation: "none" };
    const { python, typescript } = await inTurn(setting, options);
    return [
      figure(`${batches * epochs} steps, TypeScript / Python alone`, "×", ratios(typescript, python), {
        atMost: 1.01,
      }),
      figure("TypeScript", "s", typescript),
      figure("Python alone", "s", python),
    ];
  },
};

async function inTurn(setting: Setting, options: FitOptionsInput) {
  const work = { contender: "fits", network: "resnet20", batch: 100, size, calls: batches, options } as const;
  await using alone = await Contender.start(work, setting);
  await using backend = await open({ device: setting.device, python: setting.python });
  const model = await backend.model({ kind: "resnet20" });
  const data = images(batches * 100, size);
  const python: number[] = [];
  const typescript: number[] = [];
  const fromHere = async () => {
    const start = performance.now();
    for await (const _ of model.fit(data, { ...options, signal: setting.signal }));
    setting.signal?.throwIfAborted();
    return (performance.now() - start) / 1000;
  };
  await alone.take(1); // to warm up
  await fromHere();
  for (const _ of roundsOf(setting.effort)) {
    python.push((await alone.take(1)).seconds);
    typescript.push(await fromHere());
  }
  return { python, typescript };
}
