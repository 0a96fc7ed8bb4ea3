import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, Model, StageName, TorchBackend } from "../../src/backend.ts";
import { askedStages } from "../../src/cli/train-options.ts";
import { checksOf } from "../../src/conformance/suites/catalogue.ts";
import { resumeTraining } from "../../src/experiments/resume.ts";
import { openRun } from "../../src/experiments/run-folder.ts";
import { train } from "../../src/experiments/train.ts";
import { open } from "../../src/open.ts";
import { readSafetensors } from "../../src/safetensors.ts";
import { type StepOptions, stepOptions } from "../../src/schema/options.ts";
import type { StepRecord } from "../../src/schema/results.ts";
import { numbers } from "../../src/tensor/numbers.ts";
import { type NamedTensors, tensor } from "../../src/tensor.ts";
import { wave } from "../../src/wave.ts";
import { fingerprints } from "../fingerprints.ts";
import { temporaryFolder } from "../temporary.ts";
import { firstDigits } from "../tfjs/digits.ts";

let torch: TorchBackend;
let tfjs: Backend;
let start: NamedTensors;
beforeAll(async () => {
  torch = await open({ backend: "torch", device: "cpu" });
  tfjs = await open({ backend: "tfjs" });
  start = await (await torch.model(spec)).read();
});
afterAll(() => Promise.all([torch.close(), tfjs.close()]));

const spec = { kind: "resnet20", classes: 10, initLogSigma: -3 } as const;
const batches = [0, 1].map((j) => ({
  images: tensor(Float32Array.from(wave(1000 + j, 4 * 3 * 64)), [4, 3, 8, 8]),
  labels: tensor(BigInt64Array.from([1n, 8n, 5n, 2n])),
}));

/** Two steps from the same weights, on the same images, with the same noise. */
async function steps(
  backend: Backend,
  options: Partial<StepOptions>,
  places: Partial<Record<StageName, Backend>> = {},
): Promise<{ records: readonly StepRecord[]; model: Model }> {
  const model = await backend.model(spec);
  await model.write(start);
  const step = stepOptions.parse({ learningRate: 0.001, ...options });
  const noise = { kind: "wave", next: 0 } as const;
  const records = await model.trace(batches, { step, trainingSize: 500, noise, stages: places });
  return { records, model };
}

/** Where the ascents lead: the noise before each forward that has stored noise, but the first step's first, which is drawn. */
const noiseOf = ({ forwards }: StepRecord) => forwards.flatMap(({ eps }) => (eps === null ? [] : Object.values(eps)));

function closest(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[], part: number): void {
  expect(actual.length).toBe(expected.length);
  const size = Math.max(...expected.flat().map(Math.abs));
  const apart = actual.map((one, i) => Math.max(...one.map((number, j) => Math.abs(number - (expected[i]?.[j] ?? 0)))));
  expect(Math.max(...apart) / size).toBeLessThan(part);
}

const sides = () => [
  ["torch's steps with ascents of tfjs", torch, tfjs] as const,
  ["tfjs's steps with ascents of torch", tfjs, torch] as const,
];

describe("ascents that are computed on the other side", () => {
  test.each(["reference", "paper"] as const)("lead where that side's own do (%s)", async (fidelity) => {
    for (const [name, home, guest] of sides()) {
      const { records } = await steps(home, { fidelity }, { adversarial: guest });
      const own = await steps(guest, { fidelity });
      const [mixed, there] = [records[0], own.records[0]];
      if (mixed === undefined || there === undefined) throw new Error("expected a step");
      closest(noiseOf(mixed), noiseOf(there), 1e-6); // one sign of 270,000 moves a sum by more
      expect(
        mixed.forwards.map(({ fixedNoise }) => fixedNoise),
        name,
      ).toEqual(there.forwards.map((one) => one.fixedNoise));
      closest([mixed.forwards.map(({ loss }) => loss)], [there.forwards.map(({ loss }) => loss)], 1e-4);
      closest(Object.values(mixed.running), Object.values(there.running), 1e-5);
    }
  });

  test("keep the gradients of the noise from step to step", async () => {
    const [kept, fresh] = await Promise.all(
      (["accumulated", "fresh"] as const).map(async (epsilonGradients) => {
        const { records } = await steps(torch, { epsilonGradients, learningRate: 1e-6 }, { adversarial: tfjs });
        return records[1]?.forwards.slice(0, 6).map(({ loss }) => loss) ?? [];
      }),
    );
    const { records } = await steps(tfjs, { epsilonGradients: "accumulated", learningRate: 1e-6 });
    const whole = records[1]?.forwards.slice(0, 6).map(({ loss }) => loss) ?? [];
    closest([kept ?? []], [whole], 1e-3);
    expect(Math.abs((fresh?.[5] ?? 0) - (whole[5] ?? 0))).toBeGreaterThan(0.05);
  });
});

test("layers that are computed on the other side give the same steps, gradients through the crossing", async () => {
  const options = { ratio: 0, optimizer: "sgd", learningRate: 0.01 } as const;
  const places = (guest: Backend) => ({ "layer:conv1": guest, "layer:layer2.0.conv1": guest, "layer:linear": guest });
  for (const [name, home, guest] of sides()) {
    const mixed = await (await steps(home, options, places(guest))).model.read();
    // Native kernels, which run the whole network, give way to torch's where a layer is elsewhere.
    const kernels = home === torch ? "torch" : "auto";
    const whole = await (await steps(home, { ...options, kernels })).model.read();
    for (const layer of ["conv1", "layer2.0.conv1", "linear"]) {
      for (const part of ["mu_weight", "sigma_weight"]) {
        const [a, b, before] = [mixed, whole, start].map((one) =>
          numbers(one[`${layer}.${part}`] ?? tensor(new Float32Array())),
        );
        const moved = b?.map((value, i) => value - (before?.[i] ?? 0)) ?? [];
        const apart = b?.map((value, i) => Math.abs(value - (a?.[i] ?? 0))) ?? [];
        expect(Math.max(...apart) / Math.max(...moved.map(Math.abs)), `${name}: ${layer}.${part}`).toBeLessThan(1e-3);
      }
    }
  }
});

test("the suite of conformance holds layers of the other side to whole steps", async () => {
  const check = checksOf(["stages"]).find(({ id }) => id === "layers-lent");
  const comparisons = await check?.run({ candidate: tfjs, reference: torch }, {});
  expect(comparisons).toContainEqual(expect.objectContaining({ tensor: "parameter.linear.mu_weight" }));
  expect(comparisons).not.toContainEqual(expect.objectContaining({ message: expect.any(String) }));
}, 120_000);

describe.each(["torch", "tfjs"] as const)("a run of %s with ascents on the other side", (name) => {
  const other = name === "torch" ? "tfjs" : "torch";
  const model = { kind: "resnet20", initLogSigma: -3 } as const;
  const fit = { epochs: 2, batch: 8, steps: 2, seed: 7 };
  const weights = async (folder: string) =>
    fingerprints((await readSafetensors(join(folder, "checkpoint.safetensors"))).tensors);
  const finished = async (events: AsyncIterable<unknown>) => {
    for await (const _ of events);
  };

  test("says so in its folder, and goes on as it was", async () => {
    const data = await firstDigits(20, 4);
    const [parent, backend, guest] = [await temporaryFolder(), { torch, tfjs }[name], { torch, tfjs }[other]];
    const [whole, parts] = [join(parent, "whole"), join(parent, "parts")];
    await finished(train({ model, data, fit, folder: whole, backend, stages: { adversarial: guest } }));
    const once = { ...fit, epochs: 1 };
    await finished(train({ model, data, fit: once, folder: parts, backend, stages: { adversarial: other } }));
    const { record } = await openRun(parts);
    expect(record.backend.backend).toBe(name);
    expect(record.stages).toMatchObject({ adversarial: { backend: other, device: "cpu" } });
    expect(record.given.stages).toEqual({ adversarial: other });
    await finished(resumeTraining(parts, { data, backend, epochs: 2 }));
    expect((await openRun(parts)).record.stages).toMatchObject({ adversarial: { backend: other } });
    expect(await weights(parts)).toEqual(await weights(whole));

    const moved = { data, backend: guest, epochs: 3 }; // to where its stage is
    await expect(finished(resumeTraining(parts, moved))).rejects.toMatchObject({
      code: "usage",
      message: `stage adversarial: expected another backend than ${other}, which takes the step`,
      suggestion: expect.stringContaining("--stage none"),
    });
    await finished(resumeTraining(parts, { ...moved, stages: askedStages(["none"]) }));
    expect((await openRun(parts)).record).toMatchObject({
      backend: { backend: other },
      stages: {},
      fit: { epochs: 3 },
    });
  }, 120_000);
});

describe("refused is", () => {
  const asked = async (places: object, options: Partial<StepOptions> = {}, bayesian = true) => {
    const model = await torch.model({ kind: "resnet20", bayesian });
    const step = stepOptions.parse(options);
    return model.trace(batches, { step, trainingSize: 500, noise: { kind: "wave", next: 0 }, stages: places });
  };

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "a stage that there is not",
      () => asked({ adversaril: tfjs }),
      /expected a stage adversarial or layer:<name>, got/,
    ],
    ["a layer that there is not", () => asked({ "layer:fc": tfjs }), /got layer:fc/],
    ["a batch norm", () => asked({ "layer:bn1": tfjs }), /a convolution or a linear layer, got a batch norm/],
    ["where the step is", () => asked({ adversarial: torch }), /another backend than torch, which takes the step/],
    ["what is no backend", () => asked({ adversarial: "tfjs" }), /expected an open backend, got tfjs/],
    ["a step without ascents", () => asked({ adversarial: tfjs }, { ratio: 0 }), /a step with ascents, got ratio 0/],
    ["a plain network", () => asked({ adversarial: tfjs }, {}, false), /a step with ascents, got a plain network/],
    [
      "kernels that run the whole network",
      () => asked({ "layer:linear": tfjs }, { kernels: "native" }),
      /layer:linear cannot be given with kernels native/,
    ],
  ])("%s", async (_, ask, message) => {
    await expect(ask()).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
  });
});
