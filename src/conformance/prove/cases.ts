import { AdsamError } from "../../errors.ts";
import { dtypes, isDtype, kindOf } from "../../tensor/dtypes.ts";
import { type Dtype, elementCount, type Tensor, tensor } from "../../tensor.ts";
import { nearest } from "../../validation.ts";
import { gaussian, uniform } from "../random.ts";
import type { Arguments } from "./given.ts";

/** One set of arguments. */
export interface ProveCase {
  /** How it is called in reports. */
  readonly id: string;
  /** By the names of Python's parameters. */
  readonly inputs: Arguments;
  /** Where Python may refuse the arguments: then the port must, or nothing is said of it. */
  readonly edge?: boolean | undefined;
}

/** What an input is, where its numbers are to be drawn. */
export interface DrawnInput {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Whole numbers are drawn below it. */
  readonly below: number;
  /** Whether none is negative, of real numbers. */
  readonly nonNegative?: boolean | undefined;
}

const pattern = /^([a-z]\w*)\[([^\]]*)\](?:%(\d+)|(>=0))?$/;

/** As many numbers as one is drawn with; more take gigabytes on either side. */
const most = 2 ** 27;

/**
 * `float32[4,3]`, `float32[4]>=0` for numbers that are not negative, or `int64[4]%10` for whole ones below 10; undefined for another
 * text.
 * @throws AdsamError `usage` for what is nearly one.
 */
export function drawnInput(text: string): DrawnInput | undefined {
  const [, dtype, lengths = "", below, sign] = pattern.exec(text) ?? [];
  if (dtype === undefined) return undefined;
  if (!isDtype(dtype) && /[^\d, ]/.test(lengths)) return undefined;
  if (!isDtype(dtype)) {
    throw new AdsamError("usage", `expected a dtype, got ${dtype} in ${text}: ${nearest(dtype, dtypes)}`);
  }
  const words = lengths.trim() === "" ? [] : lengths.split(",").map((word) => word.trim());
  const wrong = words.find((word) => !/^\d+$/.test(word));
  if (wrong !== undefined) {
    throw new AdsamError(
      "usage",
      `expected lengths such as [4,3], got ${wrong === "" ? "an empty one" : wrong} in ${text}`,
    );
  }
  const shape = words.map(Number);
  if (elementCount(shape) > most) {
    throw new AdsamError("usage", `expected at most ${most} numbers to draw, got ${elementCount(shape)} in ${text}`);
  }
  const drawn = { dtype, shape, below: below === undefined ? 10 : Number(below) };
  if (sign === undefined) return drawn;
  if (kindOf(dtype) === "real") return { ...drawn, nonNegative: true };
  throw new AdsamError("usage", `expected >=0 of real numbers, got ${text}`, {
    suggestion: `whole numbers are never negative: ${dtype}[${lengths}]%10`,
  });
}

/** Inputs to draw, and the others as they are. */
export type Drawing = ReadonlyMap<string, DrawnInput | { readonly value: unknown }>;

type Fill = (n: number, seed: number) => Float64Array;

const scaled =
  (scale: number): Fill =>
  (n, seed) =>
    gaussian(seed, n).map((value) => scale * value);

/** Numbers that go wrong where others do not. */
const edges: Readonly<Record<string, Fill>> = {
  zeros: (n) => new Float64Array(n),
  ties: (n, seed) => gaussian(seed, n).map((value) => Math.sign(Math.round(value))),
  small: scaled(2 ** -20),
  large: scaled(2 ** 20),
  denormals: scaled(2 ** -140),
};

/** Cases of drawn inputs: three draws, and edges. Without an input to draw there is one case. */
export function casesOf(inputs: Drawing, { draws = 3, withEdges = true } = {}): ProveCase[] {
  const filled = (id: string, fill: Fill, offset: number, shaped = (shape: readonly number[]) => shape) => {
    const values = [...inputs].map(([name, input], i) => [
      name,
      "value" in input ? input.value : filledTensor({ ...input, shape: shaped(input.shape) }, fill, 100 * i + offset),
    ]);
    return { id, inputs: Object.fromEntries(values), edge: offset === 0 };
  };
  const drawn = [...inputs.values()].filter((input): input is DrawnInput => "shape" in input);
  if (drawn.length === 0) return [{ ...filled("given", scaled(1), 1), edge: false }];
  const normal = Array.from({ length: draws }, (_, i) => filled(`draw-${i + 1}`, scaled(1), i + 1));
  if (!withEdges) return normal;
  const real = drawn.some(({ dtype }) => kindOf(dtype) === "real" || kindOf(dtype) === "complex");
  const filledEdges = real ? Object.entries(edges).map(([id, fill]) => filled(id, fill, 0)) : [];
  const first = drawn.find(({ shape }) => shape.length > 0)?.shape[0];
  if (first === undefined) return [...normal, ...filledEdges];
  const empty = (shape: readonly number[]) => (shape[0] === first ? [0, ...shape.slice(1)] : shape);
  return [
    ...normal,
    ...filledEdges,
    filled("one-element", scaled(1), 0, (shape) => shape.map(() => 1)),
    filled("zero-size", scaled(1), 0, empty),
  ];
}

function filledTensor({ dtype, shape, below, nonNegative }: DrawnInput, fill: Fill, seed: number): Tensor {
  const n = elementCount(shape);
  const draw = uniform(seed);
  switch (kindOf(dtype)) {
    case "bool":
      return tensor(
        Uint8Array.from({ length: n }, () => (draw() < 0.5 ? 0 : 1)),
        shape,
        "bool",
      );
    case "integer": {
      const whole = Array.from({ length: n }, () => Math.floor(below * draw()));
      return dtype === "int32"
        ? tensor(Int32Array.from(whole), shape)
        : tensor(BigInt64Array.from(whole, BigInt), shape);
    }
    case "real":
      return tensor(Float32Array.from(fill(n, seed), nonNegative ? Math.abs : undefined), shape);
    case "complex":
      return tensor(Float32Array.from(fill(2 * n, seed)), shape, "complex64");
  }
}
