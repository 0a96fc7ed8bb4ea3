import type { Backend, Cancellable, Model } from "../backend.ts";
import { type CorruptionName, corruptDataset } from "../data/corrupt/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { choiceOf, dataRecordOf, loadChosen, requireSameData } from "../experiments/data.ts";
import { judgedOutside, loadOutside, logitsOutside, type OutsideEvaluation } from "../experiments/outside.ts";
import { type Asking, keptLogitsOn, type PredictionInput } from "../experiments/predicted.ts";
import type { DataRecord } from "../experiments/record.ts";
import { shiftedPredictions } from "../experiments/shifted.ts";
import { jsonText } from "../json.ts";
import { type Evaluation, evaluation } from "../metrics.ts";
import type { Tensor } from "../tensor.ts";
import type { ReportedRun } from "./reported-run.ts";

/** What a model makes of shifted images. */
export interface ShiftedEvaluation {
  readonly kind: CorruptionName;
  /** 1 to 5; 0: as they are. */
  readonly severity: number;
  readonly data: Dataset;
  readonly evaluation: Evaluation;
  /** [S, N, C]; null unless an ensemble needs them. */
  readonly logits: Tensor | null;
}

/** What a run's model makes of images. */
export interface Predictions {
  readonly data: Dataset;
  /** On the test images of the run's data set. */
  readonly evaluation: Evaluation;
  /** [S, N, C]; null unless an ensemble needs them. */
  readonly logits: Tensor | null;
  readonly shifted: readonly ShiftedEvaluation[];
  readonly outside: (OutsideEvaluation & { readonly data: Dataset; readonly logits: Tensor | null }) | null;
}

/** What is predicted, and how. */
export interface PredictionOptions extends Cancellable {
  readonly samples: number;
  readonly shift: readonly CorruptionName[];
  readonly outOfDistribution: string | null;
  /** Whether logits are wanted too. */
  readonly ensemble: boolean;
  /** What predicts, in words, where only its predictions will do; null: whatever is kept. */
  readonly by: string | null;
  /** Opened where something is not kept. */
  readonly backend: () => Promise<Backend>;
}

/** Why nothing is predicted with a run. */
export interface Unpredicted {
  readonly reason: string;
}

/** What a run's folder and its data may lack: the report goes on without. Everything else is an error. */
const lacking: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["file", "data", "checkpoint", "usage"]);
/** Images in one forward: of five times as many as usual the digits take half as long. */
const batch = 500;

/** Predicts with the models of runs, and reads each data set once. What a run's folder keeps of its predictions is taken from there. */
export class Predictor {
  readonly #options: PredictionOptions;
  readonly #read = new Map<string, Promise<Dataset>>();

  constructor(options: PredictionOptions) {
    this.#options = options;
  }

  /** @throws AdsamError as `evaluate` for what was asked for beside the run's own data. */
  async of({ checkpoint, folder: { folder, record } }: ReportedRun): Promise<Predictions | Unpredicted> {
    if (checkpoint === null) return { reason: "it has no model" };
    let loaded: Promise<Model> | undefined;
    const model = () => {
      loaded ??= this.#options.backend().then((backend) => backend.load(checkpoint));
      return loaded;
    };
    const { signal, by } = this.#options;
    const samples = record.model.bayesian ? this.#options.samples : 1;
    const asking = async () => {
      const data = await this.#dataOf(record.data);
      return { data, how: { samples, batch, signal }, model, folder, checkpoint, by };
    };
    try {
      const own = await asking()
        .then(async (own) => ({ ...own, judged: this.#judged(own.data, await keptLogitsOn(own)) }))
        .catch(unlessLacking);
      if ("reason" in own) return own;
      const { judged } = own;
      // The noise begins anew, so that it is the same whether the first prediction was kept or made.
      const how: PredictionInput = { ...own.how, noise: { kind: "gaussian", seed: record.fit.seed } };
      const shifted = await this.#shifted({ ...own, how }, record.data.content);
      const unshifted = this.#options.shift.map((kind) => ({ kind, severity: 0, data: own.data, ...judged }));
      const outside = await this.#outside({ ...own, how }, judged.evaluation);
      return { data: own.data, ...judged, shifted: [...unshifted, ...shifted], outside };
    } finally {
      await (await loaded?.catch(() => undefined))?.dispose();
    }
  }

  async #dataOf(record: DataRecord): Promise<Dataset> {
    const data = await this.#once(record.content, async () => {
      const choice = choiceOf(record);
      const found = await loadChosen(choice);
      requireSameData(record, dataRecordOf(choice, found));
      return found;
    });
    if (data.test.labels.data.length === 0) throw new AdsamError("data", `${data.name} has no test images`);
    return data;
  }

  async #shifted(asking: Asking, content: string): Promise<ShiftedEvaluation[]> {
    const found: ShiftedEvaluation[] = [];
    const corrupted = (kind: CorruptionName, severity: number) =>
      this.#once(jsonText([content, kind, severity]), () => corruptDataset(asking.data, { kind, severity }));
    for await (const { logits, ...shifted } of shiftedPredictions(asking, this.#options.shift, corrupted)) {
      found.push({ ...shifted, ...this.#judged(shifted.data, logits) });
    }
    return found;
  }

  async #outside({ data: known, how, model }: Asking, inside: Evaluation): Promise<Predictions["outside"]> {
    const name = this.#options.outOfDistribution;
    if (name === null) return null;
    const key = jsonText([name, known.test.images.shape.slice(2)]);
    const data = await this.#once(key, () => loadOutside(name, undefined, known));
    const logits = await logitsOutside(await model(), data, how);
    return { ...judgedOutside(inside, data, logits), data, logits: this.#options.ensemble ? logits : null };
  }

  #judged({ test: { labels } }: Dataset, logits: Tensor) {
    return { evaluation: evaluation({ logits }, labels), logits: this.#options.ensemble ? logits : null };
  }

  #once(key: string, load: () => Promise<Dataset>): Promise<Dataset> {
    const known = this.#read.get(key) ?? load();
    this.#read.set(key, known);
    return known;
  }
}

function unlessLacking(error: unknown): Unpredicted {
  if (error instanceof AdsamError && lacking.has(error.code)) return { reason: error.message };
  throw error;
}
