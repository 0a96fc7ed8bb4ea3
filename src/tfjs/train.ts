import type { Split } from "../data/dataset.ts";
import type { Safetensors } from "../safetensors.ts";
import type { Normalization } from "../schema/data.ts";
import type { FitOptions } from "../schema/options.ts";
import type { FitResult } from "../schema/results.ts";
import { checkNormalization, classesOf, labelled } from "./data.ts";
import type { Network } from "./models/network.ts";
import type { OnEvent } from "./reporting.ts";
import { Run } from "./run.ts";

export interface FitSetting {
  /** Of pixels; null when the images are the network's input already. */
  readonly normalization?: Normalization | null;
  /** Told of every step and every epoch. */
  readonly onEvent?: OnEvent;
  /** Looked at after every step; once it has fired the run ends with status "cancelled". */
  readonly stop?: AbortSignal;
  /** Called after each epoch and at the end, to save the model and, with `state`, everything needed to go on. */
  readonly keep?: (state: () => Safetensors) => Promise<void>;
  /** Such a state to go on from, with the same options; more epochs are fine. */
  readonly resume?: { readonly file: Safetensors; readonly name: string } | undefined;
}

/**
 * Trains `model` by Adversarial Sampling. Same seed, same engine: same run, bit for bit. Other work is given way to
 * between steps; the model is not to be used meanwhile.
 * @param train to train on, every image once an epoch.
 * @param test to validate on after each epoch.
 * @throws AdsamError `data`, `usage` or `checkpoint`, before training.
 */
export async function fit(
  model: Network,
  { train, test }: { readonly train: Split; readonly test: Split | null },
  options: FitOptions,
  { normalization = null, onEvent = () => {}, stop = never(), keep, resume }: FitSetting = {},
): Promise<FitResult> {
  const classes = classesOf(model.spec);
  checkNormalization(normalization);
  const run = new Run(model, {
    train: labelled(train, classes, "train"),
    test: test === null ? null : labelled(test, classes, "test"),
    options,
    normalization,
    onEvent,
    stop,
  });
  try {
    if (resume !== undefined) run.restore(resume.file, resume.name);
    return await run.go(async () => keep?.(() => run.state()));
  } finally {
    run.dispose();
  }
}

function never(): AbortSignal {
  return new AbortController().signal;
}
