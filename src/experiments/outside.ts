import { resolve } from "node:path";
import type { Model } from "../backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import { knownName } from "../data/names.ts";
import { AdsamError } from "../errors.ts";
import { type Detection, type Evaluation, evaluation, outOfDistribution, type UncertaintyName } from "../metrics.ts";
import type { InputNormalization } from "../schema/data.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { PredictionInput } from "./predicted.ts";

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

/** What the model makes of its test images, [S, N, C]. */
export async function logitsOutside(model: Model, outside: Dataset, how: PredictionInput): Promise<Tensor> {
  const { normalization: _, ...others } = how;
  const prediction = await model.predict(outside.test.images, { ...others, normalization: inputOf(model, outside) });
  return prediction.logits;
}

/** How well that is told from the images that the model knows; classes, of which it knows none, play no part. */
export function judgedOutside(inside: Evaluation, outside: Dataset, logits: Tensor): OutsideEvaluation {
  const images = logits.shape[1] ?? 0;
  const found = evaluation({ logits }, tensor(new Uint8Array(images)));
  return { dataset: outside.name, images, evaluation: found, detection: outOfDistribution(inside, found) };
}

/** As the images that the model was trained on, but for the pixel that is white, which is the other data set's own. */
function inputOf({ normalization: own }: Model, { normalization }: Dataset): InputNormalization {
  return own === null || normalization === null ? "model" : { ...own, scale: normalization.scale };
}
