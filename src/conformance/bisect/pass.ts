import type { Inspection } from "../../backend.ts";
import type { GradientOptionsInput } from "../../schema/options.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";
import { scalar } from "../named.ts";
import { numbers } from "../numbers.ts";
import type { Counterparts } from "./counterparts.ts";
import { ask, inOrder, type Material, named, read, restoring, type Sides, union } from "./sides.ts";
import { isStatistic, statistic } from "./statistic.ts";
import { suspect } from "./suspects.ts";

/** Operations by name, in order of execution. */
function byName({ operations }: Inspection, part: "value" | "gradient"): NamedTensors {
  return Object.fromEntries(operations.flatMap((one) => (one[part] === null ? [] : [[one.name, one[part]]])));
}

function each(found: Sides<Inspection>, part: "value" | "gradient"): Sides<NamedTensors> {
  const { left, right, yardstick } = found;
  return { left: byName(left, part), right: byName(right, part), yardstick: yardstick && byName(yardstick, part) };
}

function suspectedIn({ left, right }: Sides<NamedTensors>, name: string): string | null {
  const part = (of: NamedTensors, other: string) => of[name.replace(/output$/, other)];
  const [input, weight, given, expected] = [part(right, "input"), part(right, "weight"), left[name], right[name]];
  if (!name.endsWith("output") || !input || !weight || !given || !expected) return null;
  return suspect({ input, weight, bias: part(right, "bias"), left: given, right: expected });
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
  const weight = name.endsWith("output") ? values[name.replace(/output$/, "weight")] : undefined;
  return weight === undefined || weight.shape.length === 1 ? 1 : weight.data.length / (weight.shape[0] ?? 1);
}

/** How many terms a gradient of a layer is summed from at the most: a channel of its output, or of its weights. */
function termsOfGradient(values: NamedTensors, name: string): number {
  const output = values[name.replace(/[^/]*$/, "output")];
  const weight = values[name.replace(/[^/]*$/, "weight")];
  const channels = output?.shape[1] ?? 1;
  return Math.max(output?.data.length ?? 1, weight?.data.length ?? 1) / channels;
}

function* operationGradients(
  place: string,
  gradients: Sides<NamedTensors>,
  values: NamedTensors,
): Generator<Counterparts> {
  for (const name of union(Object.keys(gradients.left), Object.keys(gradients.right)).toReversed()) {
    const output = name.endsWith("bias") ? gradients.right[name.replace(/bias$/, "output")] : undefined;
    const terms = termsOfGradient(values, name);
    yield { quantity: "gradient", place, ...named(gradients, name), scale: termsOfBias(output), terms };
  }
}

/** `layer1.0.conv1.sigma_bias` is part of what `layer1.0.conv1/bias` is made of. */
function operationOf(parameter: string): string {
  return parameter.replace(/(^|\.)[a-z]+_?(weight|bias)$/, (_, dot: string, part: string) => `${dot && "/"}${part}`);
}

function* parameterGradients(
  place: string,
  names: readonly string[],
  gradients: Sides<NamedTensors>,
  operations: NamedTensors,
): Generator<Counterparts> {
  for (const name of names) {
    const output = name.endsWith("bias") ? operations[operationOf(name).replace(/bias$/, "output")] : undefined;
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
    yield { quantity: "statistic", place, ...statistic(before.right, after, name) };
  }
  const gradients = each(found, "gradient");
  yield* operationGradients(place, gradients, values.right);
  const parameters = await restoring(sides, isStatistic, () =>
    ask(sides, async (model) => {
      const answer = await model.gradients(input, target, ours);
      return { ...answer.parameters, input: answer.input };
    }),
  );
  yield* parameterGradients(place, inOrder(sides, parameters).toReversed(), parameters, gradients.right);
}
