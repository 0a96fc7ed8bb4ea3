import type { Inspection } from "../../backend.ts";
import type { GradientOptionsInput } from "../../schema/options.ts";
import type { TensorInfo } from "../../schema/tensors.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { scalar } from "../named.ts";
import { numbers } from "../numbers.ts";
import { isStatistic } from "../roles.ts";
import type { Counterparts } from "./counterparts.ts";
import { ask, infoOf, inOrder, type Material, named, read, restoring, type Sides, union } from "./sides.ts";
import { statistic } from "./statistic.ts";
import { suspect } from "./suspects.ts";

/** Operations by name, in order of execution. */
function byName({ operations }: Inspection, part: "value" | "gradient"): NamedTensors {
  return Object.fromEntries(operations.flatMap((one) => (one[part] === null ? [] : [[one.name, one[part]]])));
}

function each(found: Sides<Inspection>, part: "value" | "gradient"): Sides<NamedTensors> {
  const { left, right, yardstick } = found;
  return { left: byName(left, part), right: byName(right, part), yardstick: yardstick && byName(yardstick, part) };
}

/** What an operation's name says that it is of its layer. */
function partOf(operation: string): string {
  return operation.slice(operation.lastIndexOf("/") + 1);
}

/** Another part of the same layer. */
function beside(operation: string, part: "input" | "weight" | "bias" | "output"): string {
  return operation.slice(0, operation.lastIndexOf("/") + 1) + part;
}

function suspectedIn({ left, right }: Sides<NamedTensors>, name: string): string | null {
  if (partOf(name) !== "output") return null;
  const [input, weight, bias] = [
    right[beside(name, "input")],
    right[beside(name, "weight")],
    right[beside(name, "bias")],
  ];
  const [given, expected] = [left[name], right[name]];
  if (!input || !weight || !given || !expected) return null;
  return suspect({ input, weight, bias, left: given, right: expected });
}

function* scalars(place: string, found: Sides<Inspection>): Generator<Counterparts> {
  for (const name of ["kl", "loss"] as const) {
    const { left, right, yardstick } = found;
    const of = (side: Inspection | undefined) => (side?.[name] == null ? null : scalar(side[name]));
    yield { quantity: name, place, name, left: of(left), right: of(right), yardstick: of(yardstick) };
  }
}

/**
 * How large the terms are that a layer's bias has its gradient from: the mean over channels of sum |d loss / d output|. They may
 * cancel (a bias that batch norm follows has the gradient 0), and what is left over is rounding.
 */
function termsOfBias(output: Tensor | undefined): number {
  if (output === undefined) return 0;
  return numbers(output).reduce((sum, value) => sum + Math.abs(value), 0) / (output.shape[1] ?? 1);
}

/** How many terms an output is summed from: the weights of one channel. */
function termsOf(values: NamedTensors, name: string): number {
  const weight = partOf(name) === "output" ? values[beside(name, "weight")] : undefined;
  return weight === undefined || weight.shape.length === 1 ? 1 : weight.data.length / (weight.shape[0] ?? 1);
}

/** How many terms a gradient of a layer is summed from at the most: a channel of its output, or of its weights. */
function termsOfGradient(values: NamedTensors, name: string): number {
  const [output, weight] = [values[beside(name, "output")], values[beside(name, "weight")]];
  const channels = output?.shape[1] ?? 1;
  return Math.max(output?.data.length ?? 1, weight?.data.length ?? 1) / channels;
}

function* operationGradients(
  place: string,
  gradients: Sides<NamedTensors>,
  values: NamedTensors,
): Generator<Counterparts> {
  for (const name of union(Object.keys(gradients.left), Object.keys(gradients.right)).toReversed()) {
    const output = partOf(name) === "bias" ? gradients.right[beside(name, "output")] : undefined;
    const terms = termsOfGradient(values, name);
    yield { quantity: "gradient", place, ...named(gradients, name), scale: termsOfBias(output), terms };
  }
}

/** `layer1.0.conv1.sigma_bias` goes into what `layer1.0.conv1/output` comes from; null for what is no bias. */
function outputOfBias(info: TensorInfo | undefined): string | null {
  if (info?.part !== "bias") return null;
  return info.layer === "" ? "output" : `${info.layer}/output`;
}

function* parameterGradients(
  place: string,
  sides: Sides,
  gradients: Sides<NamedTensors>,
  operations: NamedTensors,
): Generator<Counterparts> {
  for (const name of inOrder(sides, gradients).toReversed()) {
    const output = operations[outputOfBias(infoOf(sides, name)) ?? ""];
    yield { quantity: "gradient", place, ...named(gradients, name), scale: termsOfBias(output) };
  }
}

/**
 * One forward and backward: values from the input on, the KL divergence, the loss, what the forward made of the running
 * statistics, and the gradients from the loss back: those of the operations, then those of the parameters.
 */
export async function* pass(
  place: string,
  sides: Sides,
  { input, target, signal }: Material,
  options: GradientOptionsInput,
): AsyncGenerator<Counterparts> {
  const ours = { ...options, signal };
  const [found, before, after] = await restoring(sides, isStatistic, async (statistics) => {
    const seen = await ask(sides, (model) => model.inspect(input, target, ours));
    return [seen, statistics, await ask(sides, (model) => read(model, isStatistic))];
  });
  const values = each(found, "value");
  for (const name of union(Object.keys(values.left), Object.keys(values.right))) {
    const hint = () => suspectedIn(values, name);
    yield { quantity: "value", place, ...named(values, name), terms: termsOf(values.right, name), hint };
  }
  yield* scalars(place, found);
  for (const name of inOrder(sides, after)) {
    yield { quantity: "statistic", place, ...statistic(sides, before.right, after, name) };
  }
  const gradients = each(found, "gradient");
  yield* operationGradients(place, gradients, values.right);
  const parameters = await restoring(sides, isStatistic, () =>
    ask(sides, async (model) => {
      const answer = await model.gradients(input, target, ours);
      return { ...answer.parameters, input: answer.input };
    }),
  );
  yield* parameterGradients(place, sides, parameters, gradients.right);
}
