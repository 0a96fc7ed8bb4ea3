import type { Cancellable, Model } from "../../backend.ts";
import type { TensorInfo } from "../../schema/tensors.ts";
import type { NamedTensors, Tensor } from "../../tensor.ts";

/** The models that are compared, and what rounding alone makes of the right one. */
export interface Sides<T = Model> {
  readonly left: T;
  readonly right: T;
  readonly yardstick: T | undefined;
}

/** Asks every side the same, one after the other: they may share a processor. */
export async function ask<T>(
  { left, right, yardstick }: Sides,
  question: (model: Model) => Promise<T>,
): Promise<Sides<T>> {
  return {
    left: await question(left),
    right: await question(right),
    yardstick: yardstick && (await question(yardstick)),
  };
}

/** The tensor of a name on each side. */
export function named(tensors: Sides<NamedTensors>, name: string) {
  const { left, right, yardstick } = tensors;
  return { name, left: left[name] ?? null, right: right[name] ?? null, yardstick: yardstick?.[name] };
}

/** Names of both sides, the right's first. */
export function union(left: Iterable<string>, right: Iterable<string>): string[] {
  return [...new Set([...right, ...left])];
}

/** Names of both sides in the order of the checkpoint, names that are not in it last. */
export function inOrder({ left, right }: Sides, tensors: Sides<NamedTensors>): string[] {
  const found = new Set(union(Object.keys(tensors.left), Object.keys(tensors.right)));
  const known = union(namesOf(left), namesOf(right)).filter((name) => found.has(name));
  return [...new Set([...known, ...found])];
}

/** What the tensor of a name is, on the side that has one. */
export function infoOf({ left, right }: Sides, name: string): TensorInfo | undefined {
  return [...right.tensors, ...left.tensors].find((info) => info.name === name);
}

function namesOf({ tensors }: Model): string[] {
  return tensors.map(({ name }) => name);
}

/** Does something that moves these tensors, and puts them back. */
export async function restoring<T>(
  sides: Sides,
  moves: (info: TensorInfo) => boolean,
  use: (before: Sides<NamedTensors>) => Promise<T>,
): Promise<T> {
  const before = await ask(sides, (model) => read(model, moves));
  try {
    return await use(before);
  } finally {
    await sides.left.write(before.left);
    await sides.right.write(before.right);
    if (before.yardstick !== undefined) await sides.yardstick?.write(before.yardstick);
  }
}

/** Those of a model's tensors that are wanted. */
export async function read(model: Model, wanted: (info: TensorInfo) => boolean): Promise<NamedTensors> {
  const names = model.tensors.filter(wanted).map(({ name }) => name);
  return names.length === 0 ? {} : model.read(names);
}

/** What goes through the models, and how. */
export interface Material extends Cancellable {
  readonly input: Tensor;
  readonly target: Tensor;
}
