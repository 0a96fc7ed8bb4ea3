import { AdsamError } from "../errors.ts";
import { numbers } from "../tensor/numbers.ts";
import { elementCount, kindOf, type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { wave } from "../wave.ts";
import type { PythonObject } from "./handle.ts";
import { keywords } from "./kinds.ts";

/** How one input's gradient fares. */
export interface GradientCheck {
  /** The input. */
  readonly input: string;
  /** |<v, J d> by vjp - by finite differences|, in parts of the larger one, along a fixed direction d. */
  readonly finiteDifferences: number;
  /** |<v, J d> by vjp - by jvp|, in parts of the larger one; null where the function has no forward derivative. */
  readonly dotProduct: number | null;
  /** Whether both are within the tolerance. */
  readonly passed: boolean;
}

/** How far derivatives may be off. */
export interface GradientCheckOptions {
  /** Of finite differences, in parts of the derivative; 1e-5 unless given. */
  readonly tolerance?: number | undefined;
  /** How far an input is moved, in parts of its largest number; 1e-5 unless given. */
  readonly step?: number | undefined;
}

/** Rounding of float64, many times over: jvp and vjp compute the same number in two ways. */
const dotProductTolerance = 1e-9;

/**
 * Tests the gradients of a Python function: the pullback against finite differences, and against the forward derivative by the dot
 * product test, <J d, v> = <d, J^T v>. Directions are fixed waves, so that the answer repeats.
 * @param inputs by the names of parameters; those of float64 are moved.
 * @throws AdsamError `usage` where there is no input of float64, and what the function raises.
 */
export async function checkGradients(
  fn: PythonObject,
  inputs: NamedTensors,
  { tolerance = 1e-5, step = 1e-5 }: GradientCheckOptions = {},
): Promise<readonly GradientCheck[]> {
  const moved = Object.entries(inputs).flatMap(([name, one]): [string, Tensor<"float64">][] =>
    one.dtype === "float64" ? [[name, one]] : [],
  );
  if (moved.length === 0) {
    throw new AdsamError("usage", "expected inputs of float64, whose gradients can be tested, got none of them", {
      suggestion: "give tensor(Float64Array.of(…), shape)",
    });
  }
  const at = async (changes: NamedTensors) => fn.call(keywords({ ...inputs, ...changes }));
  await using point = await fn.vjp(keywords({ ...inputs }));
  const cotangents = realTensorsIn(point.value).map((output, i) => direction(1 + i, output.shape));
  const { inputs: gradients } = await point.pullback(...allOf(point.value, cotangents));
  const project = (value: unknown) =>
    sum(realTensorsIn(value).map((output, i) => dot(numbers(output), numbers(cotangents[i] ?? output))));
  const checks: GradientCheck[] = [];
  for (const [i, [name, input]] of moved.entries()) {
    const d = direction(101 + i, input.shape);
    const gradient = gradients[name];
    if (gradient === undefined) throw new AdsamError("python", `expected a gradient of ${name}`);
    const byPullback = dot(numbers(gradient), d.data);
    const h = step * Math.max(1, ...input.data.map(Math.abs));
    const shifted = (by: number) =>
      tensor(
        input.data.map((value, j) => value + by * (d.data[j] ?? 0)),
        input.shape,
      );
    const ends = [await at({ [name]: shifted(h) }), await at({ [name]: shifted(-h) })].map(project);
    const byDifferences = ((ends[0] ?? Number.NaN) - (ends[1] ?? Number.NaN)) / (2 * h);
    const byTangent = await forward(fn, { [name]: d }, inputs, cotangents);
    const finiteDifferences = apart(byPullback, byDifferences);
    const dotProduct = byTangent === null ? null : apart(byPullback, byTangent);
    const passed = finiteDifferences <= tolerance && (dotProduct ?? 0) <= dotProductTolerance;
    checks.push({ input: name, finiteDifferences, dotProduct, passed });
  }
  return checks;
}

/** <J d, v>; null where torch knows no forward derivative of an operation in it. */
async function forward(
  fn: PythonObject,
  tangents: NamedTensors,
  inputs: NamedTensors,
  cotangents: readonly Tensor[],
): Promise<number | null> {
  try {
    const found = await fn.jvp(tangents, keywords({ ...inputs }));
    const real = found.tangents.filter(isReal);
    return sum(real.map((tangent, i) => dot(numbers(tangent), numbers(cotangents[i] ?? tangent))));
  } catch (error) {
    if (error instanceof AdsamError && /NotImplementedError|forward AD/.test(`${error.python?.type} ${error.message}`))
      return null;
    throw error;
  }
}

function direction(wanted: number, shape: readonly number[]): Tensor<"float64"> {
  return tensor(Float64Array.from(wave(wanted, elementCount(shape))), shape);
}

const isReal = ({ dtype }: Tensor): boolean => kindOf(dtype) === "real";

/** All tensors in a value, in the order in which Python meets them. */
function tensorsIn(value: unknown): Tensor[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  if (typeof value !== "object" || value === null) return [];
  if ("dtype" in value && "shape" in value && "data" in value) return [value as Tensor];
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).flatMap(tensorsIn) : [];
}

function realTensorsIn(value: unknown): Tensor[] {
  return tensorsIn(value).filter(isReal);
}

/** A cotangent for each tensor, none for whole numbers. */
function allOf(value: unknown, cotangents: readonly Tensor[]): (Tensor | null)[] {
  const left = [...cotangents];
  return tensorsIn(value).map((one) => (isReal(one) ? (left.shift() ?? null) : null));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return sum(Array.from(a, (value, i) => value * (b[i] ?? Number.NaN)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function apart(one: number, other: number): number {
  return one === other ? 0 : Math.abs(one - other) / Math.max(Math.abs(one), Math.abs(other));
}
