import { resolve } from "node:path";
import type {
  Cancellable,
  EvaluateOptions,
  FitRunOptions,
  Gradients,
  Inspection,
  Model,
  Prediction,
  PredictRunOptions,
  Run,
  TraceOptions,
} from "../backend.ts";
import { checkDataset } from "../data/check.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { AdsamError } from "../errors.ts";
import { type Evaluation, evaluation } from "../metrics.ts";
import { StreamedRun } from "../run.ts";
import type { Bundle, Jobs as JobEndpoints } from "../schema/endpoints.ts";
import type { ModelSpec } from "../schema/models.ts";
import {
  type ForwardOptionsInput,
  fitOptions,
  forwardOptions,
  type GradientOptionsInput,
  gradientOptions,
  predictOptions,
} from "../schema/options.ts";
import type { StepRecord } from "../schema/results.ts";
import type { TensorInfo } from "../schema/tensors.ts";
import type { NamedTensors, Tensor } from "../tensor.ts";
import { validate } from "../validation.ts";
import { receiveTensors, sendTensors, withPrefix } from "./bundle.ts";
import type { JobOptions, Jobs } from "./jobs.ts";
import type { AnswerOf, RequestOf, Session } from "./session.ts";

/** The jobs that give a model tensors. */
type WithTensors = {
  [M in keyof JobEndpoints]: RequestOf<JobEndpoints[M]> extends { model: number; tensors: Bundle } ? M : never;
}[keyof JobEndpoints];

/** A model that lives in a session's Python. */
export class TorchModel implements Model {
  readonly spec: ModelSpec;
  readonly tensors: readonly TensorInfo[];
  readonly #number: number;
  readonly #session: Session;
  readonly #jobs: Jobs;

  constructor(session: Session, jobs: Jobs, info: AnswerOf<JobEndpoints["create"]>) {
    this.spec = info.spec;
    this.tensors = info.tensors;
    this.#number = info.model;
    this.#session = session;
    this.#jobs = jobs;
  }

  fit(data: Dataset, { checkpoint, state, resume, signal, ...rest }: FitRunOptions = {}): Run {
    return new StreamedRun(async (onEvent, stop) => {
      const options = validate(fitOptions, rest, "fit");
      checkDataset(data);
      const files = { checkpoint: absolute(checkpoint), state: absolute(state), resume: absolute(resume) };
      return this.#run(
        "fit",
        { options, normalization: data.normalization, ...files },
        {
          "train.images": data.train.images,
          "train.labels": data.train.labels,
          "test.images": data.test.images,
          "test.labels": data.test.labels,
        },
        { onEvent, stop: signal === undefined ? stop : AbortSignal.any([signal, stop]) },
      );
    });
  }

  async evaluate(data: Dataset, { part = "test", ...options }: EvaluateOptions = {}): Promise<Evaluation> {
    checkDataset(data);
    const { images, labels } = data[part];
    return evaluation(await this.predict(images, { ...options, normalization: data.normalization }), labels);
  }

  async predict(
    images: Tensor,
    { signal, normalization = null, ...rest }: PredictRunOptions = {},
  ): Promise<Prediction> {
    const options = validate(predictOptions, rest, "predict");
    const answer = await this.#run("predict", { options, normalization }, { images }, { signal });
    const [logits, entropyMean, entropySpread] = await this.#unpack(
      answer.tensors,
      "logits",
      "entropy_mean",
      "entropy_spread",
    );
    return { logits, entropyMean, entropySpread };
  }

  async forward(
    input: Tensor,
    { signal, ...rest }: ForwardOptionsInput & Cancellable = {},
  ): Promise<{ output: Tensor; kl: number | null }> {
    const options = validate(forwardOptions, rest, "forward");
    const { kl, tensors } = await this.#run("forward", { options }, { input }, { signal });
    const [output] = await this.#unpack(tensors, "output");
    return { output, kl };
  }

  async gradients(
    input: Tensor,
    target: Tensor,
    { signal, ...rest }: GradientOptionsInput & Cancellable = {},
  ): Promise<Gradients> {
    const options = validate(gradientOptions, rest, "gradients");
    const { loss, kl, tensors } = await this.#run("gradients", { options }, { input, target }, { signal });
    const found = await receiveTensors(this.#session, tensors);
    const parameters = withPrefix(found, "gradient/");
    const [output, gradient] = pick(found, "output", "input_gradient");
    return { loss, kl, output, input: gradient, parameters };
  }

  async inspect(
    input: Tensor,
    target: Tensor,
    { signal, ...rest }: GradientOptionsInput & Cancellable = {},
  ): Promise<Inspection> {
    const options = validate(gradientOptions, rest, "inspect");
    const answer = await this.#run("inspect", { options }, { input, target }, { signal });
    const found = await receiveTensors(this.#session, answer.tensors);
    const operations = answer.operations.map((name) => {
      const [value] = pick(found, `value/${name}`);
      return { name, value, gradient: found[`gradient/${name}`] ?? null };
    });
    return { loss: answer.loss, kl: answer.kl, operations };
  }

  async trace(
    batches: readonly Split[],
    { step, trainingSize, noise, signal }: TraceOptions,
  ): Promise<readonly StepRecord[]> {
    const tensors = Object.fromEntries(
      batches.flatMap(({ images, labels }, j) => [
        [`input.${j}`, images],
        [`labels.${j}`, labels],
      ]),
    );
    const answer = await this.#run("trace", { options: step, trainingSize, noise }, tensors, { signal });
    return answer.steps;
  }

  async read(names?: readonly string[]): Promise<NamedTensors> {
    const request = { model: this.#number, names: names === undefined ? null : [...names] };
    const { tensors } = await this.#jobs.run("read", request);
    return receiveTensors(this.#session, tensors);
  }

  async write(tensors: NamedTensors): Promise<void> {
    await this.#run("write", {}, tensors, {});
  }

  async save(path: string, { format = "safetensors" }: { readonly format?: "safetensors" | "pt" } = {}): Promise<void> {
    await this.#jobs.run("save", { model: this.#number, path: resolve(path), format });
  }

  async dispose(): Promise<void> {
    await this.#jobs.run("dispose", { model: this.#number });
  }

  /** A job on this model that takes tensors; what carried them is removed when it ends. */
  async #run<M extends WithTensors>(
    method: M,
    request: Omit<RequestOf<JobEndpoints[M]>, "model" | "tensors">,
    tensors: NamedTensors,
    options: JobOptions,
  ): Promise<AnswerOf<JobEndpoints[M]>> {
    return sendTensors(this.#session, tensors, (bundle) => {
      const whole = { ...request, model: this.#number, tensors: bundle } as RequestOf<JobEndpoints[M]>;
      return this.#jobs.run(method, whole, options);
    });
  }

  async #unpack<Names extends string[]>(bundle: Bundle, ...names: Names): Promise<{ [K in keyof Names]: Tensor }> {
    return pick(await receiveTensors(this.#session, bundle), ...names);
  }
}

/** Python keeps the folder it was started in; Node may have moved on. */
function absolute(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path);
}

function pick<Names extends string[]>(tensors: NamedTensors, ...names: Names): { [K in keyof Names]: Tensor } {
  return names.map((name) => {
    const found = tensors[name];
    if (found === undefined) throw new AdsamError("python", `expected the tensor ${name} in Python's answer`);
    return found;
  }) as { [K in keyof Names]: Tensor };
}
