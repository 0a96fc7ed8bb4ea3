import { isPlain, Keywords, pythonType, tuple } from "../interop/kinds.ts";
import { isTensor, type Tensor } from "../tensor.ts";

/** Where a tensor is: names and indices from outside in. */
export type Path = readonly unknown[];

/** A value: its tensors, their places, and the value with null in those. python/adsam_bridge/port/structure.py has the same. */
export interface Parts<T = Tensor> {
  readonly tree: unknown;
  readonly paths: readonly Path[];
  readonly tensors: readonly T[];
}

/** What messages call the tensor at a place. */
export const nameOf = (path: Path): string => path.join(".");

/** Lists and objects are looked into; all else stays as it is. */
export function takenApart<T = Tensor>(value: unknown, isOne: (part: unknown) => part is T): Parts<T> {
  const paths: Path[] = [];
  const tensors: T[] = [];
  const tree = mapped(value, [], (part, path) => {
    if (!isOne(part)) return part;
    paths.push(path);
    tensors.push(part);
    return null;
  });
  return { tree, paths, tensors };
}

/** The same of values with tensors of this package. */
export const tensorsApart = (value: unknown): Parts => takenApart(value, isTensor);

/** A value put together again, with other tensors in the places. */
export function rebuilt<T>({ tree, paths }: Omit<Parts<T>, "tensors">, tensors: readonly T[]): unknown {
  const places = new Map(paths.map((path, i) => [JSON.stringify(path), tensors[i]]));
  return mapped(tree, [], (part, path) => places.get(JSON.stringify(path)) ?? part);
}

/** Leaves of lists and plain objects replaced; what is a record of Python's or of a class is a leaf. */
function mapped(value: unknown, path: Path, change: (part: unknown, path: Path) => unknown): unknown {
  const changed = change(value, path);
  if (changed !== value || typeof value !== "object" || value === null) return changed;
  if (Array.isArray(value)) {
    const items = value.map((item, i) => mapped(item, [...path, i], change));
    return pythonType(value) === "tuple" ? tuple(...items) : items;
  }
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, mapped(item, [...path, key], change)]));
  }
  if (value instanceof Keywords || !isPlain(value) || pythonType(value) !== undefined) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, [...path, key], change)]));
}
