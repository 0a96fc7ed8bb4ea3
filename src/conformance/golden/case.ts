import type { Cancellable, Model } from "../../backend.ts";
import type { ModelSpecInput } from "../../schema/models.ts";
import type { NamedTensors } from "../../tensor.ts";

export type Value = number | string | boolean | null;

/**
 * What a record says that a tensor, count or list of names is.
 * - `numbers`: a tensor's numbers in row-major order, or one number;
 * - `digest`: [sum, norm, projection] of a tensor;
 * - `gradient`: the digest of a gradient, or of a parameter that gradients have moved;
 * - `float32`: a number that the record has rounded to float32;
 * - `exact`: counts, names and flags, which must be the same.
 */
export interface Expectation {
  readonly tensor: string;
  readonly kind: "numbers" | "digest" | "gradient" | "float32" | "exact";
  readonly values: readonly Value[];
  /**
   * Whether signs of gradients have decided it. A gradient near 0 takes another sign by rounding alone and moves eps by a whole step,
   * so that what follows is another trajectory, in torch's float32 too: it can be held to float64 alone.
   */
  readonly afterSigns?: true;
}

/** What a backend computed, under the names of the expectations. */
export type Answers = ReadonlyMap<string, ArrayLike<Value>>;

export interface AskOptions extends Cancellable {
  /** Takes only the first steps of a trace. */
  readonly steps?: number;
}

/** One record made ready: what it expects, the model that is asked, what goes into it, and how it is brought to answer. */
export interface GoldenCase {
  readonly suite: string;
  readonly id: string;
  readonly expectations: readonly Expectation[];
  readonly spec: ModelSpecInput;
  /** What the model's log sigmas are filled around; of no effect in a plain network. */
  readonly sigmaFill: number;
  /** Images or activations by name; float64, made anew each time. */
  inputs(): NamedTensors;
  ask(model: Model, inputs: NamedTensors, options: AskOptions): Promise<Answers>;
}

type Comparable = readonly Value[] | Value | Readonly<Record<string, readonly Value[] | null>> | undefined;

/** The expectation of one tensor; none where the record has null or no such field. */
export function expected(
  kind: Expectation["kind"],
  tensor: string,
  values: readonly Value[] | Value | undefined,
): Expectation[] {
  if (values === null || values === undefined) return [];
  const list = typeof values === "object" ? values : [values];
  const comparable = list.length === 0 || list.some((value) => value !== null);
  return comparable ? [{ tensor, kind, values: list }] : [];
}

/**
 * The expectations of a record's fields, named as the fields are; tensors that a field holds by name become `field.name`.
 * @param kinds how each field is compared.
 */
export function expectedFields<Field extends string>(
  record: { readonly [Name in NoInfer<Field>]?: Comparable },
  kinds: Readonly<Record<Field, Expectation["kind"]>>,
  prefix = "",
): Expectation[] {
  const fields = Object.entries(kinds) as [Field, Expectation["kind"]][];
  return fields.flatMap(([field, kind]) => {
    const value: Comparable = record[field];
    if (!isNamed(value)) return expected(kind, prefix + field, value);
    return Object.entries(value).flatMap(([name, values]) => expected(kind, `${prefix}${field}.${name}`, values));
  });
}

function isNamed(value: Comparable): value is Readonly<Record<string, readonly Value[] | null>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
