import type * as tf from "@tensorflow/tfjs-core";

/** Tensors by Python's names. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** What a port is given beside its arguments: what Python starts from, and what it has drawn. */
export interface Context {
  readonly state: Tensors;
  readonly draws: Tensors;
}

/** The tensor of a name, which is to be there. */
export function named<Kind extends tf.Tensor = tf.Tensor>(tensors: Tensors, name: string): Kind {
  const found = tensors[name];
  if (found !== undefined) return found as Kind;
  throw new Error(`expected a tensor ${name}, got ${Object.keys(tensors).join(", ") || "none"}`);
}

/** Those below a name, without it. */
export function under(tensors: Tensors, prefix: string): Tensors {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, one]) => [name.slice(prefix.length), one]));
}
