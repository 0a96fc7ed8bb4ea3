/**
 * Matchers for vitest. Import this file in a test, or name it in `setupFiles`; TensorFlow.js is ready then. A function takes its
 * inputs by the names that Python has for them:
 *
 *     import * as tf from "@tensorflow/tfjs-core";
 *     import { expect, test } from "vitest";
 *     import "adversarial-sampling/vitest";
 *
 *     test("softplus", async () => {
 *       const softplus = ({ input }: { input: tf.Tensor }) => tf.softplus(input);
 *       await expect(softplus).toMatchTorch("torch.nn.functional:softplus", { input: [[0, 1]] });
 *     });
 */
import "./disposal.ts";
import { afterAll, expect } from "vitest";
import { closeMatched } from "./vitest/backends.ts";
import { matchTorch, type TorchInputs, type TorchMatchOptions } from "./vitest/match.ts";

export type { MatchInput, Nested } from "./tensor/nested.ts";
export type { TorchInput, TorchInputs, TorchMatchOptions } from "./vitest/match.ts";

interface TorchMatchers<R> {
  /**
   * That a function computes what Python's `package.module:function`, `:Class.method` or `:Module` does, on these inputs (or on each
   * of several sets of them), by name: outputs, what is changed in place, and with `differentiate` gradients of
   * sum_i(output_i * wave(400 + i)). It is judged as `prove` judges a port.
   */
  toMatchTorch(target: string, inputs: TorchInputs | readonly TorchInputs[], options?: TorchMatchOptions): Promise<R>;
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: a merged interface repeats vitest's own parameters
  interface Matchers<T = any> extends TorchMatchers<T> {}
}

expect.extend({ toMatchTorch: matchTorch });

afterAll(closeMatched);
