import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { Float, type NamedTensors, type PythonObject, prove, type Tensor, tuple } from "adversarial-sampling";
import { GaussianNoise } from "adversarial-sampling/tfjs";
import { rounded, type Sides, type Stage } from "../ladder.ts";
import { named, type Tensors } from "../tensors.ts";
import { configuration } from "./configuration.ts";
import { blockForward, forwardOf } from "./forward.ts";
import { resnet20 } from "./models.ts";
import { accuracy, averages, beta, elbo } from "./objective.ts";
import { type Batch, epochRun, predicted, trainEpoch, validate, validated, watchedStep } from "./training.ts";

const where = { folder: join(import.meta.dirname, "python"), cuda: "served" } as const;

const program = ({ torch }: Sides) => torch.import("program", where);
const run = async (python: PythonObject, batches: number) => rounded(await python.method<number[]>("run", batches));
const batchOf = async (python: PythonObject, number: number) =>
  tuple(...(await python.method<Batch>("images", number)));

const commandLines = [[], ["-s", "7", "--ratio", "0.5"], ["--model", "VGG16", "--notvi"], ["--pretrain", "False"]];

interface Accuracy {
  readonly output: tf.Tensor2D;
  readonly target: tf.Tensor1D;
  readonly topk: readonly number[];
}
interface Elbo {
  readonly out: tf.Tensor2D;
  readonly y: tf.Tensor1D;
  readonly kl_sum: tf.Scalar;
  readonly beta: number;
}
const nativeAccuracy = ({ output, target, topk }: Accuracy) => accuracy(output, target, topk);
const nativeBeta = ({ epoch_idx, N }: { epoch_idx: number; N: number }) => beta(epoch_idx, N);
const nativeElbo = ({ out, y, kl_sum, beta: weight }: Elbo) => elbo(out, y, kl_sum, weight);

/** Of a layer whose weights are their means. */
function nativeLinear({ self, input, sample }: { self: Parameters; input: tf.Tensor2D; sample: boolean }) {
  if (sample) throw new Error("expected weights that are not drawn");
  const weight = named<tf.Tensor2D>(self.parameters, "mu_weight");
  return tuple(tf.add(tf.matMul(input, weight, false, true), named(self.parameters, "mu_bias")), 0);
}
interface Parameters {
  readonly parameters: Tensors;
}

/** Each with the shape of an input, and some of the tensors whose gradients are held against Python's. */
const modules = {
  conv2d: { torch: "models.layers.conv2d:RandConv2d", shape: [2, 3, 6, 6], of: [""] },
  linear: { torch: "models.layers.linear:RandLinear", shape: [3, 6], of: [""] },
  batchnorm2d: { torch: "models.layers.batchnorm2d:RandBatchNorm2d", shape: [4, 3, 2, 2], of: [""] },
  block: { torch: "models.resnet_vi:RandBasicBlock", shape: [2, 4, 6, 6], of: ["conv1.", "bn2."] },
  resnet20: { torch: "program:ResNet", shape: [2, 3, 8, 8], of: ["conv1.", "layer2.0.bn1.", "linear."] },
  vgg16: { torch: "models.vgg_vi:VGG_vi", shape: [4, 3, 32, 32], of: ["features.0.", "features.18.", "classifier."] },
} as const;

/** Layers on three inputs that are drawn for it, what is put together of them on one. */
async function proved({ twin, torch }: Sides, kind: keyof typeof modules, fix: boolean) {
  const { torch: target, shape, of } = modules[kind];
  const weights = of.flatMap((layer) => [`state.${layer}mu_weight`, `state.${layer}sigma_weight`]);
  const asked = { ...where, torch: target, make: "program:module_of", init: { kind } } as const;
  if (target.startsWith("models.layers.")) {
    const inputs = { input: `float32[${shape}]`, sample: true, fix };
    const how = { port: forwardOf(kind), call: "named", differentiate: ["input", ...weights], edges: false } as const;
    return prove(twin, torch, { ...asked, ...how, inputs });
  }
  const x = await (await torch.import("program", where)).method<Tensor>("drawn", [...shape]);
  if (kind === "block") {
    const inputs = { x: tuple(x, 0, true, fix) };
    return prove(twin, torch, { ...asked, port: blockForward, inputs, differentiate: weights });
  }
  const inputs = { x, sample: true, fix };
  const differentiate = ["x", ...weights];
  return prove(twin, torch, { ...asked, port: forwardOf(kind), call: "named", inputs, differentiate });
}

const wrapped = { ...where, make: "program:wrapper", as: "tensors" } as const;

/** From a Python program that TypeScript calls to one that needs no Python. */
export const stages = {
  configuration: async (sides) => {
    const python = await program(sides);
    for (const words of commandLines)
      deepStrictEqual(configuration(words), await python.method("configuration", words));
    return {
      program: `${commandLines.length} command lines come to the same; run ${await run(python, 1)}`,
      proofs: [],
    };
  },

  measures: async (sides) => {
    const { twin, torch } = sides;
    const python = await program(sides);
    await using _accuracy = await torch.patch("utils:accuracy", nativeAccuracy, where);
    await using _beta = await torch.patch("utils:get_beta", nativeBeta, where);
    const meter = { values: [new Float(1.5), new Float(0.25), new Float(-3)], counts: [4, 4, 1] };
    return {
      program: `run ${await run(python, 1)}`,
      proofs: [
        await prove(twin, torch, { ...where, torch: "program:averages", port: averages, inputs: meter }),
        await prove(twin, torch, {
          ...where,
          torch: "utils:get_beta",
          port: beta,
          inputs: { epoch_idx: 3, N: 50_000 },
        }),
        await prove(twin, torch, {
          ...where,
          torch: "utils:accuracy",
          port: accuracy,
          inputs: { output: "float32[8,5]", target: "int64[8]%5" },
          edges: false,
        }),
      ],
    };
  },

  elbo: async (sides) => {
    const { twin, torch } = sides;
    const python = await program(sides);
    await using _ = await torch.patch("utils:elbo", nativeElbo, where);
    const inputs = { out: "float32[4,10]", y: "int64[4]%10", kl_sum: "float32[]", beta: new Float(0.01) };
    const asked = { ...where, torch: "utils:elbo", port: elbo, inputs, differentiate: ["out", "kl_sum"], edges: false };
    return { program: `run ${await run(python, 1)}`, proofs: [await prove(twin, torch, asked)] };
  },

  layers: async (sides) => {
    const python = await program(sides);
    const proofs = [];
    for (const kind of ["conv2d", "linear", "batchnorm2d"] as const) {
      proofs.push(await proved(sides, kind, true), await proved(sides, kind, false));
    }
    await using _ = await sides.torch.patch("models.layers.linear:RandLinear.forward", nativeLinear, where);
    return { program: `run ${await run(python, 0)}`, proofs };
  },

  networks: async (sides) => ({
    program: `run ${rounded(await nativeRun(sides, 0))}`,
    proofs: [
      await proved(sides, "block", true),
      await proved(sides, "resnet20", true),
      await proved(sides, "vgg16", true),
    ],
  }),

  step: async (sides) => ({
    program: `run ${rounded(await nativeRun(sides, 1))}`,
    proofs: [
      await prove(sides.twin, sides.torch, {
        ...where,
        torch: "program:Watched.step",
        port: watchedStep,
        as: "tensors",
        cases: [{ id: "batch-0", inputs: byName(await batchOf(await program(sides), 0)) }],
      }),
    ],
  }),

  prediction: async (sides) => {
    const { twin, torch } = sides;
    const python = await program(sides);
    const batches = [await batchOf(python, 0), await batchOf(python, 1)];
    const validation = { ...wrapped, torch: "model:ResNetWrapper.validate", port: validated, call: "named" } as const;
    return {
      program: `run ${rounded(await nativeRun(sides, 0))}`,
      proofs: [
        await prove(twin, torch, { ...validation, inputs: { val_loader: batches, sample: true } }),
        await prove(twin, torch, {
          ...wrapped,
          torch: "model:ResNetWrapper.sample_predict",
          port: predicted,
          inputs: { x: "float32[3,3,8,8]", Nsamples: 3 },
          edges: false,
        }),
      ],
    };
  },

  run: async (sides) => {
    const python = await program(sides);
    const batches = [await batchOf(python, 0), await batchOf(python, 1)];
    return {
      program: `run ${rounded(await nativeRun(sides, 2))}`,
      proofs: [
        await prove(sides.twin, sides.torch, {
          ...where,
          torch: "program:Watched.run",
          port: epochRun,
          as: "tensors",
          inputs: { train_loader: batches, val_loader: [await batchOf(python, 100)] },
        }),
      ],
    };
  },
} satisfies Record<string, Stage>;

const byName = ([x, y]: Batch) => ({ x, y });

/** `program.run` in TypeScript, from the weights that Python starts from, on its batches, with noise of its own. */
async function nativeRun(sides: Sides, batches: number): Promise<number[]> {
  const python = await program(sides);
  await using made = await python.with({ keep: true }).method<PythonObject>("wrapper");
  await using theirs = await made.get<PythonObject>("model");
  const model = resnet20(await theirs.method<NamedTensors>("state_dict"));
  const images: Batch[] = [];
  for (let i = 0; i < batches; i++) images.push(await python.method<[Tensor, Tensor]>("images", i));
  const unseen = await python.method<[Tensor, Tensor]>("images", 100);
  const noise = new GaussianNoise(0);
  const found = tf.tidy(() => [...trainEpoch(model, noise, images), ...validate(model, noise, [unseen], false)]);
  model.dispose();
  return found;
}
