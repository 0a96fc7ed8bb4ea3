import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { addonIn } from "./place.ts";

const require = createRequire(import.meta.url);

/**
 * Loads the tfjs-node in the folder `tfjsNode`, makes it the backend and has it compute a convolution's gradient.
 * Returns the version of TensorFlow inside.
 * @throws Error with a message of one line when it is not there, does not load or computes wrongly.
 */
export async function loadNative(tfjsNode: string): Promise<string> {
  if (!existsSync(addonIn(tfjsNode))) throw new Error("tfjs-node has no native addon yet");
  // TensorFlow would tell on standard error which instructions it was built without.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  // Without AVX-512 TensorFlow leaves oneDNN's kernels off, whose convolutions take a quarter of the time there too.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
  restoreNodeFunctions();
  require(tfjsNode);
  await tf.ready();
  if (tf.getBackend() !== "tensorflow") throw new Error(`tfjs-node registered no backend, got ${tf.getBackend()}`);
  requireRightGradient();
  return versionInside(tf.backend());
}

/** Makes the backend in plain JavaScript ready. */
export async function loadPlain(): Promise<void> {
  require("@tensorflow/tfjs");
  await tf.setBackend("cpu");
  // On its first use it advertises tfjs-node, in vain.
  tf.env().set("PROD", true);
  tf.dispose(tf.tensor1d([0]));
  tf.env().set("PROD", false);
  requireRightGradient();
}

/**
 * tfjs-node 4.22 calls functions that Node 23 no longer has (tensorflow/tfjs#8609), and that warn where they are there: it gets
 * the same without the warning, which would come between lines of progress.
 */
function restoreNodeFunctions(): void {
  const util: Record<string, unknown> = require("node:util");
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/** Of sum(conv2d(x, ones)) with x = 0 … 15 in a square: what each tap of the kernel has seen of it. */
const expected = [45, 66, 54, 84, 120, 96, 81, 114, 90];

function requireRightGradient(): void {
  const gradient = tf.tidy(() => {
    const input = tf.tensor4d([...Array(16).keys()], [1, 4, 4, 1]);
    const lossOf = (kernel: tf.Tensor): tf.Tensor => tf.sum(tf.conv2d(input, kernel as tf.Tensor4D, 1, "same"));
    return tf.grad(lossOf)(tf.ones([3, 3, 1, 1]));
  });
  const values = [...gradient.dataSync()];
  tf.dispose(gradient);
  if (values.join() === expected.join()) return;
  throw new Error(`a convolution's gradient should be ${expected.join()}, got ${values.join()}`);
}

function versionInside(backend: object): string {
  if (!("binding" in backend)) return "of unknown version";
  const { binding } = backend;
  const known = typeof binding === "object" && binding !== null && "TF_Version" in binding;
  return known ? String(binding.TF_Version) : "of unknown version";
}
