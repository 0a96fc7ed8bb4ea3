import { resolve } from "node:path";
import type { EvaluateRunOptions, Model } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import { knownName } from "../data/names.ts";
import { AdsamError } from "../errors.ts";
import { type Detection, type Evaluation, evaluation, outOfDistribution, type UncertaintyName } from "../metrics.ts";
import type { InputNormalization } from "../schema/data.ts";
import { tensor } from "../tensor.ts";

/** How well images of another data set are told from those that a model knows. */
export interface Outside {
  readonly dataset: string;
  readonly images: number;
  readonly detection: Readonly<Record<UncertaintyName, Detection>>;
}

/** Another data set, scaled to the size of the images that the model knows. */
export async function loadOutside(name: string, folder: string | undefined, inside: Dataset): Promise<Dataset> {
  const [height, width] = inside.test.images.shape.slice(2);
  const published = knownName(name) !== undefined;
  const where = published ? { folder } : {};
  if (!published && folder !== undefined) {
    throw new AdsamError("usage", `--ood-data is where a published data set lies, got ${name}, which is none`);
  }
  const data = await loadDataset(published ? name : resolve(name), where);
  const [otherHeight, otherWidth] = data.test.images.shape.slice(2);
  if (data.test.labels.data.length === 0) throw new AdsamError("data", `--ood: ${data.name} has no test images`);
  if (height === otherHeight && width === otherWidth) return data;
  if (height === width) return loadDataset(published ? name : resolve(name), { ...where, resize: height ?? null });
  throw new AdsamError("data", `--ood: expected images of ${height}x${width}, got ${otherHeight}x${otherWidth}`);
}

/** What the model makes of them; their classes, of which it knows none, play no part. */
export async function judgeOutside(
  model: Model,
  inside: Evaluation,
  outside: Dataset,
  how: Pick<EvaluateRunOptions, "samples" | "batch" | "weights" | "noise" | "signal">,
): Promise<Outside> {
  const { images } = outside.test;
  const prediction = await model.predict(images, { ...how, normalization: inputOf(model, outside) });
  const count = images.shape[0] ?? 0;
  const detection = outOfDistribution(inside, evaluation(prediction, tensor(new Uint8Array(count))));
  return { dataset: outside.name, images: count, detection };
}

/** As the images that the model was trained on, but for the pixel that is white, which is the other data set's own. */
function inputOf({ normalization: own }: Model, { normalization }: Dataset): InputNormalization {
  return own === null || normalization === null ? "model" : { ...own, scale: normalization.scale };
}
