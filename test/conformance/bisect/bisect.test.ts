import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, TorchBackend } from "../../../src/backend.ts";
import { bisectBackends } from "../../../src/conformance/bisect/backends.ts";
import { bisect } from "../../../src/conformance/bisect/bisect.ts";
import { formatBisection } from "../../../src/conformance/bisect/text.ts";
import { batchImages, batchLabels } from "../../../src/conformance/formulas.ts";
import { open } from "../../../src/open.ts";
import type { ModelSpecInput } from "../../../src/schema/models.ts";
import { tensor } from "../../../src/tensor.ts";
import { faulty } from "./faulty.ts";
import { remembered } from "./remembered.ts";

let torch: TorchBackend;
/** What is right is asked the same each time. */
let right: Backend;
beforeAll(async () => {
  torch = await open({ device: "cpu" });
  right = remembered(torch);
});
afterAll(() => torch.close());

const resnet20 = { kind: "resnet20" } as const;

test("an honest copy in float32 departs nowhere", async () => {
  const { departure, agreed } = await bisectBackends(faulty(torch, "none"), right, resnet20);
  expect(departure).toBeNull();
  expect(agreed).toBeGreaterThan(2000);
});

describe("a fault is found, and placed where it is", () => {
  test.each([
    // In a layer's operation.
    ["replicated_border", "value", "layer1.1.conv2/output", "train pass", /only the border: padding/],
    ["padded_at_the_end", "value", "layer2.0.conv1/output", "train pass", /padding moved to the end/],
    ["transposed_kernel", "value", "layer1.2.conv1/output", "train pass", /kernel transposed/],
    ["flipped_kernel", "value", "layer3.0.conv2/output", "train pass", /kernel flipped/],
    ["negated", "value", "layer2.1.conv2/output", "train pass", /a sign/],
    ["no_bias", "value", "linear/output", "train pass", /a bias missing or wrong/],
    ["batch_norm_eps", "value", "layer2.2.bn1/output", "train pass", /with eps 1e-3/],
    ["unbiased_variance", "value", "layer1.0.bn2/output", "train pass", /the variance that divides by n - 1/],
    // Between layers: seen where the next one begins.
    ["leaky_relu", "value", "layer1.0.conv2/input", "train pass", /relu missing or leaky/],
    ["shortcut_channels", "value", "layer2.1.conv1/input", "train pass", null],
    ["summed_pool", "value", "linear/input", "train pass", /4 times/],
    // In the weights that are drawn.
    ["exchanged_draws", "value", "linear/weight", "train pass", null],
    ["sigma_not_exponentiated", "value", "layer3.1.bn2/weight", "train pass", null],
    // In running statistics.
    ["exchanged_momentum", "statistic", "layer1.1.bn1.running_mean", "train pass", /change is 9 times/],
    ["stale_running_mean", "statistic", "layer2.0.bn1.running_mean", "train pass", /not refreshed/],
    ["biased_running_variance", "statistic", "layer3.2.bn2.running_var", "train pass", null],
    // In gradients alone.
    ["detached_statistics", "gradient", "layer2.1.bn1/input", "train pass", null],
    ["halved_gradient", "gradient", "layer1.2.conv2/input", "train pass", /0\.5 times/],
    ["sigma_gradient_lost", "gradient", "conv1.sigma_weight", "train pass", null],
    // In the objective.
    ["kl_without_half", "kl", "kl", "train pass", null],
    ["summed_loss", "loss", "loss", "train pass", null],
    // In training steps.
    ["beta_times_100", "loss", "step 1: loss", "sgd, step 1", /as if beta were 100 times/],
    ["no_metric_forward", "step", "step 1: forwards", "sgd, step 1", null],
    ["still_statistics", "statistic", "bn1.running_mean", "sgd, step 1", null],
    ["learning_rate", "step", "conv1.mu_weight", "sgd, step 1", /change is 1\.1 times/],
    ["ascending_parameters", "step", "conv1.mu_weight", "sgd, step 1", /change is the negative: a sign/],
    ["weak_momentum", "step", "conv1.mu_weight", "sgd, step 2", null],
    ["adam_eps", "step", "conv1.mu_weight", "adam, step 1", null],
    ["adam_beta2", "step", "conv1.mu_weight", "adam, step 2", null],
    ["stale_noise", "step", "conv1.eps_weight", "draw of batch 2", /not refreshed/],
    ["descending", "step", "conv1.eps_weight", "ascent, step 1", /change is the negative: a sign/],
    ["long_stride", "step", "conv1.eps_weight", "ascent, step 1", /change is 1\.5 times/],
    ["cleared_noise_gradients", "step", "conv1.eps_weight", "ascent, step 2", /other signs/],
  ] as const)("%s", async (fault, quantity, name, place, hint) => {
    // A gradient that departs is looked at again with other inputs.
    const { departure } = await bisectBackends(faulty(torch, fault), quantity === "gradient" ? torch : right, resnet20);
    expect(departure).toMatchObject({ quantity, name, place });
    expect(departure?.error).toBeGreaterThan(departure?.tolerance ?? Infinity);
    if (hint !== null) expect(departure?.hint).toMatch(hint);
  });
});

describe("the twin", () => {
  let tfjs: Backend;
  beforeAll(async () => {
    tfjs = await open({ backend: "tfjs" });
  });
  afterAll(() => tfjs.close());

  test("departs nowhere, forward, backward and in training steps", async () => {
    const found = await bisectBackends(tfjs, right, resnet20);
    expect(formatBisection(found)).toMatch(/^nothing departs: \d{4} tensors and numbers agree\n$/);
  });

  test("with a tensor that is not loaded", async () => {
    const forgetful: Backend = {
      ...faulty(torch, "none"),
      async model(spec) {
        const model = await tfjs.model(spec);
        const write = model.write.bind(model);
        model.write = ({ "layer1.0.bn1.mu_bias": _, ...others }) => write(others);
        return model;
      },
    };
    const { departure } = await bisectBackends(forgetful, right, resnet20);
    expect(departure).toMatchObject({ quantity: "state", name: "layer1.0.bn1.mu_bias" });
    expect(departure?.hint).toMatch(/all zero/);
  });
});

describe("tensors that are not the same before anything", () => {
  async function twoModels() {
    const exact = await torch.model({ ...resnet20, dtype: "float64" });
    const copy = await torch.model(resnet20);
    await copy.write(await exact.read());
    await exact.write(await copy.read());
    return { exact, copy };
  }
  const [images, labels] = [batchImages(0, 2, 8), batchLabels(0, 2, 10)];

  test("a kernel that was written transposed", async () => {
    const { exact, copy } = await twoModels();
    const name = "layer1.0.conv1.mu_weight";
    const { [name]: kernel } = await exact.read([name]);
    if (kernel === undefined) throw new Error(`expected a tensor ${name}`);
    const turned = Float32Array.from({ length: kernel.data.length }, (_, i) => {
      const at = i % 9;
      return Number(kernel.data[i - at + (at % 3) * 3 + Math.floor(at / 3)]);
    });
    await copy.write({ [name]: tensor(turned, kernel.shape) });
    const { departure } = await bisect(copy, exact, images, labels);
    expect(departure).toMatchObject({ quantity: "state", name });
    expect(departure?.hint).toMatch(/rows and columns are exchanged/);
  });

  test("NaN on one side", async () => {
    const { exact, copy } = await twoModels();
    const broken = new Float32Array(16);
    broken[3] = Number.NaN;
    await copy.write({ "bn1.mu_bias": tensor(broken) });
    const { departure } = await bisect(copy, exact, images, labels);
    expect(departure).toMatchObject({ name: "bn1.mu_bias", error: Infinity, worst: { index: [3] } });
    expect(departure?.hint).toMatch(/NaN or infinity on the left only/);
  });

  test("another shape", async () => {
    const { exact } = await twoModels();
    const wide = await torch.model({ ...resnet20, classes: 12 });
    const shared = Object.entries(await exact.read()).filter(([name]) => !name.startsWith("linear"));
    await wide.write(Object.fromEntries(shared));
    const { departure } = await bisect(wide, exact, images, labels);
    const hint = "shape [12,64] on the left, [10,64] on the right";
    expect(departure).toMatchObject({ quantity: "state", name: "linear.mu_weight", worst: null, hint });
  });

  test("a tensor that one side lacks", async () => {
    const { exact } = await twoModels();
    const { departure } = await bisect(await torch.model({ ...resnet20, bayesian: false }), exact, images, labels);
    expect(departure).toMatchObject({ name: "conv1.mu_weight", hint: "the left side has no such state" });
  });

  test("models are left as they were", async () => {
    const { exact, copy } = await twoModels();
    const before = await copy.read();
    await bisect(copy, exact, images, labels);
    expect(await copy.read()).toEqual(before);
  });
});

test("what is shown says where, how much, what it looks like, and draws it", async () => {
  const found = await bisectBackends(faulty(torch, "replicated_border"), right, resnet20);
  const [first, worst, error, looks, agreed, , channels, top, inside] = formatBisection(found).split("\n");
  expect(first).toBe("first departure: value of layer1.1.conv2/output (train pass), shape [4,16,8,8]");
  expect(worst).toMatch(/^ {2}at \[\d,\d+,\d,\d\]: left -?\d.*, right -?\d/);
  expect(error).toMatch(/^ {2}error \S+ of the largest value, tolerance \S+e-6$/);
  expect(looks).toBe("  looks like: only the border: padding");
  expect(agreed).toMatch(/\d+ agreed before it, the last value of layer1.1.conv2\/weight \(train pass\)/);
  expect(channels).toMatch(/^ {4}channels [░▒▓█]{16}$/);
  expect(top).toMatch(/^ {4}[·░▒▓█]{8}$/);
  expect(inside).toMatch(/^ {4}[░▒▓█]·{6}[░▒▓█]$/);
});

test.each<ModelSpecInput>([
  {
    kind: "conv2d",
    inChannels: 4,
    outChannels: 6,
    kernelSize: [3, 2],
    stride: [2, 1],
    padding: 1,
    dilation: [1, 2],
    groups: 2,
  },
  { kind: "linear", inFeatures: 9, outFeatures: 5, bias: false },
  { kind: "batchnorm2d", features: 3, momentum: null },
  { kind: "resnet20", bayesian: false },
])("an honest $kind agrees", async (spec) => {
  const { departure } = await bisectBackends(torch, torch, spec);
  expect(departure).toBeNull();
});

test.each<[string, ModelSpecInput, object, RegExp]>([
  ["a misspelt option", resnet20, { trainig: true }, /^bisect: unknown field trainig: did you mean training\?$/],
  ["a dtype", { ...resnet20, dtype: "float32" }, {}, /^bisect: dtype cannot be given: /],
  ["a seed", { ...resnet20, seed: 1 }, {}, /^bisect: seed cannot be given: /],
  [
    "training of a layer",
    { kind: "linear", inFeatures: 2, outFeatures: 2 },
    { training: true },
    /^bisect: training: expected a network and labels to train with, got a direction$/,
  ],
])("%s is refused", async (_, spec, options, message) => {
  await expect(bisectBackends(torch, torch, spec, options)).rejects.toThrow(message);
});
