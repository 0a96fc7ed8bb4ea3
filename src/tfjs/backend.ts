import type { Backend, OpenOptions } from "../backend.ts";
import { AdsamError } from "../errors.ts";

/** The native twin, in TensorFlow.js. */
export function openTfjs(_options: OpenOptions): Backend {
  throw new AdsamError("usage", "the tfjs backend is not built yet");
}
