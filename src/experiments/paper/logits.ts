import type { Backend, Model } from "../../backend.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Tensor } from "../../tensor.ts";
import { keptLogitsOn } from "../predicted.ts";
import { runFiles } from "../run-folder.ts";
import type { SweepTask } from "../sweep/engine.ts";

export interface Asking {
  readonly data: Dataset;
  /** Monte Carlo samples of the weights; null: one pass of the weights as they are. */
  readonly samples: number | null;
  readonly backend: () => Promise<Backend>;
  readonly signal: AbortSignal | undefined;
}

/** The logits of a finished run on the test images, [S, N, C]. Its folder keeps them. */
export async function logitsOf(task: SweepTask, { data, samples, backend, signal }: Asking): Promise<Tensor> {
  const { checkpoint } = runFiles(task.folder);
  let loaded: Promise<Model> | undefined;
  const model = () => {
    loaded ??= backend().then((open) => open.load(checkpoint));
    return loaded;
  };
  const way =
    samples === null
      ? ({ weights: "mean", samples: 1 } as const)
      : { samples, noise: { kind: "gaussian" as const, seed: task.seed } };
  try {
    return await keptLogitsOn({ folder: task.folder, checkpoint, by: null, data, how: { ...way, signal }, model });
  } finally {
    await (await loaded?.catch(() => undefined))?.dispose();
  }
}
