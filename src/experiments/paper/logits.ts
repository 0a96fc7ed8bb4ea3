import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Backend } from "../../backend.ts";
import type { Dataset } from "../../data/dataset.ts";
import { AdsamError } from "../../errors.ts";
import { makeFolders } from "../../files.ts";
import { readSafetensors, writeSafetensors } from "../../safetensors.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { openRun } from "../run-folder.ts";
import type { SweepTask } from "../sweep/engine.ts";

export interface Asking {
  /** Where they are kept. */
  readonly folder: string;
  readonly data: Dataset;
  /** Monte Carlo samples of the weights; null: one pass of the weights as they are. */
  readonly samples: number | null;
  readonly backend: () => Promise<Backend>;
  readonly signal: AbortSignal | undefined;
}

/** The logits of a finished run on the test images, [S, N, C]. They are kept, and asked for again only of a run taken anew. */
export async function logitsOf(task: SweepTask, { folder, data, samples, backend, signal }: Asking): Promise<Tensor> {
  const { files, result } = await openRun(task.folder);
  const made = { ended: result?.ended ?? "", samples: `${samples}` };
  const path = join(folder, `${task.name}.safetensors`);
  const kept = existsSync(path) ? await readSafetensors(path) : undefined;
  const { logits: found } = kept?.tensors ?? {};
  if (found !== undefined && Object.entries(made).every(([name, value]) => kept?.metadata[name] === value))
    return found;
  const model = await (await backend()).load(files.checkpoint);
  const how =
    samples === null
      ? ({ weights: "mean", samples: 1 } as const)
      : { samples, noise: { kind: "gaussian" as const, seed: task.seed } };
  const { logits } = await model.predict(data.test.images, { ...how, signal });
  await model.dispose();
  await makeFolders(folder);
  await writeSafetensors(path, { logits }, made);
  return logits;
}

/** The samples of all of them, [S1 + S2 + ..., N, C]. */
export function joined(all: readonly Tensor[]): Tensor {
  const [first] = all;
  if (first === undefined) throw new AdsamError("usage", "expected logits to join, got none");
  if (all.length === 1) return first;
  const samples = all.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const values = new Float64Array(all.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of all) {
    values.set(Float64Array.from<number | bigint>(data, Number), at);
    at += data.length;
  }
  return tensor(values, [samples, ...first.shape.slice(1)]);
}
