import type { Suite } from "../suite.ts";
import { bridge } from "./bridge.ts";
import { contention } from "./contention.ts";
import { batch, depth } from "./growth.ts";
import { help } from "./help.ts";
import { interop } from "./interop.ts";
import { memory } from "./memory.ts";
import { modes } from "./modes.ts";
import { plainVi } from "./plain-vi.ts";
import { prediction } from "./prediction.ts";
import { start } from "./start.ts";
import { digits, step, vgg16 } from "./step.ts";
import { training } from "./training.ts";
import { twin } from "./twin.ts";

/** All of them, in the order in which they are measured. */
export const suites = {
  step,
  modes,
  digits,
  vgg16,
  vi: plainVi,
  prediction,
  memory,
  depth,
  batch,
  training,
  contention,
  start,
  bridge,
  interop,
  help,
  twin,
} as const satisfies Record<string, Suite>;

/**
 * The name of a suite of measurements.
 * @useDeclaredType
 */
export type BenchSuiteName = keyof typeof suites;

export const suiteNames = Object.keys(suites) as readonly BenchSuiteName[];
