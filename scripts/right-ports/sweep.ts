import type * as Tf from "@tensorflow/tfjs-core";
import type { Backend, TorchBackend } from "../../src/backend.ts";
import { prove } from "../../src/conformance/index.ts";
import { gaussian } from "../../src/conformance/random.ts";
import { elementCount, type Tensor, tensor } from "../../src/tensor.ts";
import type { RightPort } from "./functions.ts";

/** How often ports passed, of how many cases. */
export interface Swept {
  readonly passed: number;
  readonly of: number;
  /** Why the others did not. */
  readonly messages: readonly string[];
}

/** Whether a port of a function passes on draws of five seeds, with gradients. */
export async function sweep(
  candidate: Backend,
  reference: TorchBackend,
  { torch, port, input = (x) => x, more = {}, withoutGradient }: RightPort,
  shape: readonly number[],
): Promise<Swept> {
  const drawn = (seed: number): Tensor =>
    tensor(
      Float32Array.from(gaussian(seed, elementCount(shape)), (x) => input(2 * x)),
      shape,
    );
  const report = await prove(candidate, reference, {
    torch,
    port,
    cases: [1, 2, 3, 4, 5].map((seed) => ({ id: `seed-${seed}`, inputs: { input: drawn(seed), ...more } })),
    differentiate: withoutGradient ? [] : ["input"],
  });
  const rest = report.cases.filter(({ status }) => status !== "passed");
  const messages = rest.map(({ id, message }) => `${torch} of [${shape}], ${id}: ${message}`);
  return { passed: report.passed, of: report.cases.length, messages };
}

/** By what the wrong ports are off. */
const factor = 1 + 1e-5;

type Unary = RightPort["port"];

/** A port whose numbers are off by a factor, its gradients with them. */
export function scaledPort(tf: typeof Tf, port: Unary): Unary {
  return (x) => tf.mul(port(x), factor);
}

/** A port whose gradients alone are off by a factor. */
export function scaledGradient(tf: typeof Tf, port: Unary): Unary {
  const backwards = tf.customGrad((y, save) => {
    (save as (tensors: Tf.Tensor[]) => void)([]);
    return { value: tf.mul(y as Tf.Tensor, 1), gradFunc: (dy: Tf.Tensor) => tf.mul(dy, factor) };
  });
  return (x) => backwards(port(x));
}
