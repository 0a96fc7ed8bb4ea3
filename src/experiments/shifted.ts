import { type CorruptionName, corruptDataset } from "../data/corrupt/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Tensor } from "../tensor.ts";
import { type Asking, logitsOn } from "./predicted.ts";

/** What a model makes of corrupted test images. */
export interface ShiftedPrediction {
  readonly kind: CorruptionName;
  /** 1 to 5. */
  readonly severity: number;
  readonly data: Dataset;
  /** [S, N, C]. */
  readonly logits: Tensor;
}

const severities = [1, 2, 3, 4, 5];

/** Each kind at each severity, one after another. `corrupted` may remember the images that it gave. */
export async function* shiftedPredictions(
  asking: Asking,
  kinds: readonly CorruptionName[],
  corrupted = (kind: CorruptionName, severity: number) => corruptDataset(asking.data, { kind, severity }),
): AsyncGenerator<ShiftedPrediction> {
  for (const kind of kinds) {
    for (const severity of severities) {
      const data = await corrupted(kind, severity);
      yield { kind, severity, data, logits: await logitsOn({ ...asking, data }) };
    }
  }
}
