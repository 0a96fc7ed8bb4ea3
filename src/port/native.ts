import { types } from "node:util";
import type * as Tf from "@tensorflow/tfjs-core";
import { gradientsOfLoss, projection } from "../conformance/pairs/tfjs-function.ts";
import { type Outcome, outcomeOf } from "../conformance/prove/outcome.ts";
import { leafTensor } from "../conformance/prove/results.ts";
import { AdsamError } from "../errors.ts";
import { fromTfjs, toTfjs } from "../tensor/tfjs.ts";
import { isTensor, type NamedTensors, type Tensor, tensor } from "../tensor.ts";
import { startEngine } from "../tfjs/engine.ts";
import type { NativeFunction } from "./port.ts";
import { nameOf, type Parts, rebuilt, takenApart } from "./structure.ts";
import { watched } from "./unchanged.ts";

/** A native function, and what it gives. */
export class Native {
  readonly #call: (values: never) => unknown;
  readonly #name: string;

  constructor(call: NativeFunction, name: string) {
    this.#call = call;
    this.#name = name;
  }

  /**
   * What it gives.
   * @param wanted whether gradients will be asked for, so that a promise will not do.
   * @throws AdsamError `usage` for a promise where none may be; whatever the function throws.
   */
  async run(given: Parts, wanted: boolean): Promise<Answer> {
    const tf = await ready();
    const inputs = given.tensors.map((one) => toTfjs(tf, one));
    try {
      if (!types.isAsyncFunction(this.#call)) {
        return scoped(tf, () => this.#answer(given, this.#results(tf, rebuilt(given, inputs)), wanted));
      }
      if (wanted) throw this.#promised();
      const values = rebuilt(given, inputs);
      const check = watched(this.#name, values);
      const results = resultsOf(tf, await this.#call(values as never));
      check();
      const answer = this.#answer(given, results, wanted);
      tf.dispose([...results.tensors, ...Object.values(results.state)].filter((one) => one instanceof tf.Tensor));
      return answer;
    } finally {
      tf.dispose(inputs);
    }
  }

  /** v^T J, for those of the inputs that are named by their numbers. */
  async pull(given: Parts, needed: readonly number[], cotangents: readonly (Tensor | null)[]): Promise<Tensor[]> {
    return this.#gradients(given, needed, (tf, results) =>
      results.flatMap((result, i) => {
        const cotangent = cotangents[i];
        return cotangent && result.dtype === "float32" ? [tf.sum(tf.mul(result, toTfjs(tf, cotangent)))] : [];
      }),
    );
  }

  /** Outputs by name, numbers among them, and gradients of sum_i(output_i * wave(400 + i)), as pairs are compared by. */
  async named(given: Parts, needed: readonly number[]): Promise<NamedTensors> {
    const outputs = Object.entries(namedOutputs(await this.run(given, needed.length > 0)));
    if (needed.length === 0) return Object.fromEntries(outputs);
    const numbers = new Map(outputs.map(([name], i) => [name, i]));
    const gradients = await this.#gradients(given, needed, (tf, results, paths) =>
      results.flatMap((result, i) => projection(tf, result, numbers.get(nameOf(["output", ...(paths[i] ?? [])])) ?? i)),
    );
    const found = needed.map((i, j) => [`gradient.${nameOf(given.paths[i] ?? [])}`, gradients[j]] as const);
    return Object.fromEntries([...outputs, ...found]) as NamedTensors;
  }

  async #gradients(
    given: Parts,
    needed: readonly number[],
    terms: (tf: typeof Tf, results: readonly Tf.Tensor[], paths: Parts["paths"]) => Tf.Tensor[],
  ): Promise<Tensor[]> {
    const tf = await ready();
    if (types.isAsyncFunction(this.#call)) throw this.#promised();
    return scoped(tf, () => {
      const inputs = given.tensors.map((one) => toTfjs(tf, one));
      const leaves = needed.flatMap((i) => inputs[i] ?? []);
      const loss = () => {
        const { tensors, paths } = this.#results(tf, rebuilt(given, inputs));
        const own = tensors.map((one) => (one instanceof tf.Tensor ? one : tf.scalar(0)));
        return tf.addN([tf.scalar(0), ...terms(tf, own, paths)]);
      };
      return gradientsOfLoss(tf, loss, leaves).map((gradient, i) => fromTfjs(gradient, `gradient ${i}`));
    });
  }

  #results(tf: typeof Tf, values: unknown): Results {
    const check = watched(this.#name, values);
    const result = this.#call(values as never);
    if (types.isPromise(result)) throw this.#promised();
    check();
    return resultsOf(tf, result);
  }

  /** Copies of the results, and of what the function says that its arguments are now. */
  #answer(given: Parts, { state, ...results }: Results, wanted: boolean): Answer {
    const known = new Map(given.paths.map((path, i) => [nameOf(path), given.tensors[i]]));
    const now = Object.entries(state).map(([name, value]): [string, Tensor] => {
      const before = known.get(name);
      if (before === undefined) {
        throw new AdsamError("usage", `${this.#name}: there is no tensor ${name} among the arguments to change`, {
          suggestion: `there are ${[...known.keys()].join(", ") || "none"}`,
        });
      }
      const after = leafTensor({ name, value }, before);
      if (String(after.shape) === String(before.shape)) return [name, after];
      throw new AdsamError("usage", `${this.#name}: expected ${name} of shape [${before.shape}], got [${after.shape}]`);
    });
    if (wanted && now.length > 0) {
      throw new AdsamError("usage", `${this.#name}: expected no changes in place where Python wants gradients`, {
        suggestion: "call it under torch.no_grad(), or leave it to Python",
      });
    }
    return { ...copied(results), state: Object.fromEntries(now) };
  }

  #promised(): AdsamError {
    return new AdsamError("usage", `${this.#name}: expected the native function to return its result, got a promise`, {
      suggestion: "declare it async where Python wants no gradients of it, and synchronous where it does",
    });
  }
}

type Numeric = Tf.Tensor | Tensor;

/** What a native function gives, apart, and what it says that its arguments are now. */
interface Results extends Parts<Numeric> {
  readonly state: Outcome["state"];
}

/** The same, as it crosses. */
interface Answer extends Parts {
  readonly state: NamedTensors;
}

function resultsOf(tf: typeof Tf, result: unknown): Results {
  const { output, state } = outcomeOf(result);
  return { ...takenApart(output === undefined ? null : output, isNumeric(tf)), state };
}

function isNumeric(tf: typeof Tf): (value: unknown) => value is Numeric {
  return (value): value is Numeric => value instanceof tf.Tensor || isTensor(value);
}

function copied({ tree, paths, tensors }: Parts<Numeric>): Parts {
  return {
    tree,
    paths,
    tensors: tensors.map((one, i) => ("dataSync" in one ? fromTfjs(one, nameOf(paths[i] ?? [])) : one)),
  };
}

/** Frees the tensors that are made meanwhile. */
function scoped<Result>(tf: typeof Tf, work: () => Result): Result {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}

async function ready(): Promise<typeof Tf> {
  await startEngine();
  return import("@tensorflow/tfjs-core");
}

/** Tensors and numbers of a result, by their places: `output`, `output.1`. */
export function namedOutputs(result: Parts): NamedTensors {
  const isNumber = (part: unknown): part is Tensor | number => isTensor(part) || typeof part === "number";
  const { paths, tensors } = takenApart(rebuilt(result, result.tensors), isNumber);
  const entries = tensors.map((one, i): [string, Tensor] => [
    nameOf(["output", ...(paths[i] ?? [])]),
    typeof one === "number" ? tensor(Float64Array.of(one), []) : one,
  ]);
  return Object.fromEntries(entries);
}
