import type { Backend, Cancellable, Model } from "../backend.ts";
import { type CorruptionName, corruptDataset } from "../data/corrupt/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { choiceOf, dataRecordOf, loadChosen, requireSameData } from "../experiments/data.ts";
import { evaluateOutside, loadOutside, type OutsideEvaluation } from "../experiments/outside.ts";
import type { DataRecord } from "../experiments/record.ts";
import { jsonText } from "../json.ts";
import type { Evaluation } from "../metrics.ts";
import type { ReportedRun } from "./reported-run.ts";

/** What a model makes of shifted images. */
export interface ShiftedEvaluation {
  readonly kind: CorruptionName;
  /** 1 to 5; 0: as they are. */
  readonly severity: number;
  readonly evaluation: Evaluation;
}

/** What a run's model makes of images. */
export interface Predictions {
  readonly data: Dataset;
  /** On the test images of the run's data set. */
  readonly evaluation: Evaluation;
  readonly shifted: readonly ShiftedEvaluation[];
  readonly outside: OutsideEvaluation | null;
}

/** What is predicted, and how. */
export interface PredictionOptions extends Cancellable {
  readonly samples: number;
  readonly shift: readonly CorruptionName[];
  readonly outOfDistribution: string | null;
}

/** Why nothing is predicted with a run. */
export interface Unpredicted {
  readonly reason: string;
}

/** What a run's folder and its data may lack: the report goes on without. Everything else is an error. */
const lacking: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["file", "data", "checkpoint", "usage"]);
const severities = [1, 2, 3, 4, 5];
/** Images in one forward: of five times as many as usual the digits take half as long. */
const batch = 500;

type How = { readonly samples: number; readonly batch: number; readonly signal?: AbortSignal | undefined };

/** Predicts with the models of runs, and reads each data set once. */
export class Predictor {
  readonly #backend: Backend;
  readonly #options: PredictionOptions;
  readonly #read = new Map<string, Promise<Dataset>>();

  constructor(backend: Backend, options: PredictionOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /** @throws AdsamError as `evaluate` for what was asked for beside the run's own data. */
  async of({ checkpoint, folder: { record } }: ReportedRun): Promise<Predictions | Unpredicted> {
    if (checkpoint === null) return { reason: "it has no model" };
    const how = { samples: record.model.bayesian ? this.#options.samples : 1, batch, signal: this.#options.signal };
    const own = await this.#ownOf(checkpoint, record.data, how).catch(unlessLacking);
    if ("reason" in own) return own;
    const { model, data, evaluation } = own;
    try {
      const shifted = await this.#shifted(model, data, record.data.content, how);
      const unshifted = this.#options.shift.map((kind) => ({ kind, severity: 0, evaluation }));
      return {
        data,
        evaluation,
        shifted: [...unshifted, ...shifted],
        outside: await this.#outside(model, data, evaluation, how),
      };
    } finally {
      await model.dispose();
    }
  }

  async #ownOf(checkpoint: string, record: DataRecord, how: How) {
    const data = await this.#once(record.content, async () => {
      const choice = choiceOf(record);
      const found = await loadChosen(choice);
      requireSameData(record, dataRecordOf(choice, found));
      return found;
    });
    if (data.test.labels.data.length === 0) throw new AdsamError("data", `${data.name} has no test images`);
    const model = await this.#backend.load(checkpoint);
    return { model, data, evaluation: await model.evaluate(data, how) };
  }

  async #shifted(model: Model, data: Dataset, content: string, how: How): Promise<ShiftedEvaluation[]> {
    const found: ShiftedEvaluation[] = [];
    for (const kind of this.#options.shift) {
      for (const severity of severities) {
        const key = jsonText([content, kind, severity]);
        const corrupted = await this.#once(key, () => corruptDataset(data, { kind, severity }));
        found.push({ kind, severity, evaluation: await model.evaluate(corrupted, how) });
      }
    }
    return found;
  }

  async #outside(model: Model, known: Dataset, inside: Evaluation, how: How): Promise<OutsideEvaluation | null> {
    const name = this.#options.outOfDistribution;
    if (name === null) return null;
    const key = jsonText([name, known.test.images.shape.slice(2)]);
    const data = await this.#once(key, () => loadOutside(name, undefined, known));
    return await evaluateOutside(model, inside, data, how);
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
