import { resolve } from "node:path";
import type { EvaluateRunOptions, Model } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import { knownName } from "../data/names.ts";
import { AdsamError } from "../errors.ts";
import { type Detection, type Evaluation, evaluation, outOfDistribution, type UncertaintyName } from "../metrics.ts";
import type { InputNormalization } from "../schema/data.ts";
import { tensor } from "../tensor.ts";

/** What a model makes of images of another data set, and how well it tells them from those that it knows. */
export interface OutsideEvaluation {
  readonly dataset: string;
  readonly images: number;
  /** By classes that are not theirs: what it says of uncertainty alone means anything. */
  readonly evaluation: Evaluation;
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
  if (data.test.labels.data.length === 0)
    throw new AdsamError("data", `out of distribution: ${data.name} has no test images`);
  if (height === otherHeight && width === otherWidth) return data;
  if (height === width) return loadDataset(published ? name : resolve(name), { ...where, resize: height ?? null });
  throw new AdsamError(
    "data",
    `out of distribution: expected images of ${height}x${width}, got ${otherHeight}x${otherWidth}`,
  );
}

/** What the model makes of them; their classes, of which it knows none, play no part. */
export async function evaluateOutside(
  model: Model,
  inside: Evaluation,
  outside: Dataset,
  how: Pick<EvaluateRunOptions, "samples" | "batch" | "weights" | "noise" | "signal">,
): Promise<OutsideEvaluation> {
  const { images } = outside.test;
  const prediction = await model.predict(images, { ...how, normalization: inputOf(model, outside) });
  const count = images.shape[0] ?? 0;
  const found = evaluation(prediction, tensor(new Uint8Array(count)));
  return { dataset: outside.name, images: count, evaluation: found, detection: outOfDistribution(inside, found) };
}

/** As the images that the model was trained on, but for the pixel that is white, which is the other data set's own. */
function inputOf({ normalization: own }: Model, { normalization }: Dataset): InputNormalization {
  return own === null || normalization === null ? "model" : { ...own, scale: normalization.scale };
}
