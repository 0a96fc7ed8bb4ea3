import * as z from "zod";
import { carrying } from "./bundle.ts";
import { relativeSigma, saveFormat } from "./checkpoints.ts";
import { inputNormalization, normalization } from "./data.ts";
import { reportedCodes } from "./errors.ts";
import { fitEvent } from "./events.ts";
import { answerRequest, askAnswer, askRequest } from "./interop.ts";
import { modelSpec } from "./models.ts";
import { count, positiveCount, real } from "./numbers.ts";
import {
  callOptions,
  fitOptions,
  forwardOptions,
  gradientOptions,
  keep,
  noise,
  predictOptions,
  program,
  stateEvery,
  stepOptions,
} from "./options.ts";
import { fitResult, modelInfo, stepRecord } from "./results.ts";

/** Raised whenever a message changes; the two sides refuse to talk when theirs differ. */
export const protocolVersion = 8;

const model = count.describe("the model's number in its session");
const stages = count
  .nullable()
  .describe("number of the object that says what of each step is computed elsewhere; null: nothing");
const nothing = z.object({}).meta({ id: "Nothing" });
const tensorsOnly = z.object({ tensors: carrying("*") }).meta({ id: "TensorsAnswer" });

function endpoint<Request extends z.ZodObject, Answer extends z.ZodType>(request: Request, answer: Answer) {
  return { request, answer };
}

/**
 * What a session can be asked. `calls` answer at once; `jobs` run on a thread of their own,
 * one at a time and in turn, can be cancelled, and answer with their last event.
 */
export const calls = {
  hello: endpoint(
    z
      .object({
        protocol: z.int(),
        device: z.string(),
        checkout: z
          .string()
          .nullable()
          .describe("folder of the published code, whose models are wanted; null: this package's"),
      })
      .meta({ id: "HelloRequest" }),
    z
      .object({
        protocol: z.int(),
        package: z.string().describe("version of the Python package"),
        python: z.string(),
        torch: z.string(),
        device: z.string().describe("what the device asked for has become"),
        deviceName: z.string(),
        threads: z.int().describe("that one operation is computed on"),
        pid: z.int(),
      })
      .meta({ id: "HelloAnswer" }),
  ),
  ping: endpoint(z.object({}).meta({ id: "PingRequest" }), nothing),
  cancel: endpoint(
    z
      .object({
        jobs: z.array(count),
        abandoned: z.boolean().describe("nobody waits for their answers: one that has not begun never will"),
      })
      .meta({ id: "CancelRequest" }),
    nothing,
  ),
  release: endpoint(
    z.object({ handles: z.array(count).describe("numbers of objects that nobody asks for any more") }).meta({
      id: "ReleaseRequest",
    }),
    nothing,
  ),
  answer: endpoint(answerRequest, nothing),
  pipes: endpoint(
    z.object({}).meta({ id: "PipesRequest" }),
    z
      .object({
        requests: z.string().describe("path of the pipe that requests are written to"),
        answers: z.string().describe("path of the pipe that answers are read from"),
      })
      .meta({ id: "PipesAnswer" }),
  ),
} as const;

export const jobs = {
  create: endpoint(z.object({ spec: modelSpec }).meta({ id: "CreateRequest" }), modelInfo),
  load: endpoint(
    z
      .object({
        path: z.string(),
        spec: modelSpec.nullable().describe("null: the checkpoint says it itself"),
        pretrained: z.boolean().describe("take a plain network's weights as the means of a Bayesian one"),
        relativeSigma: relativeSigma.nullable().describe("initial sigma in parts of |w|; null: as the spec says"),
      })
      .meta({ id: "LoadRequest" }),
    modelInfo,
  ),
  save: endpoint(z.object({ model, path: z.string(), format: saveFormat }).meta({ id: "SaveRequest" }), nothing),
  read: endpoint(z.object({ model, names: z.array(z.string()).nullable() }).meta({ id: "ReadRequest" }), tensorsOnly),
  write: endpoint(z.object({ model, tensors: carrying("*") }).meta({ id: "WriteRequest" }), nothing),
  forward: endpoint(
    z.object({ model, options: forwardOptions, tensors: carrying("input") }).meta({ id: "ForwardRequest" }),
    z.object({ kl: real.nullable(), tensors: carrying("output") }).meta({ id: "ForwardAnswer" }),
  ),
  gradients: endpoint(
    z
      .object({ model, options: gradientOptions, tensors: carrying("input", "target") })
      .meta({ id: "GradientsRequest" }),
    z
      .object({
        loss: real,
        kl: real.nullable(),
        tensors: carrying("output", "input_gradient", "gradient/*"),
      })
      .meta({ id: "GradientsAnswer" }),
  ),
  inspect: endpoint(
    z.object({ model, options: gradientOptions, tensors: carrying("input", "target") }).meta({ id: "InspectRequest" }),
    z
      .object({
        loss: real,
        kl: real.nullable(),
        operations: z.array(z.string()).describe("<layer>/input, /weight, /bias, /output, in order of execution"),
        tensors: carrying("value/*", "gradient/*"),
      })
      .meta({ id: "InspectAnswer" }),
  ),
  call: endpoint(
    z
      .object({
        target: z.string().describe("package.module:function"),
        ...callOptions.pick({ differentiate: true, dtype: true }).shape,
        program,
        tensors: carrying("*"),
      })
      .meta({ id: "CallRequest" }),
    z.object({ tensors: carrying("output/*", "gradient/*") }).meta({ id: "CallAnswer" }),
  ),
  ask: endpoint(askRequest, askAnswer),
  contract: endpoint(
    z
      .object({
        modules: z.array(z.string()).describe("by their dotted names"),
        program: program.describe("where they are"),
      })
      .meta({ id: "ContractRequest" }),
    z
      .object({
        contract: z.string().describe("what they offer, as JSON; see src/interop/contract"),
        code: z.string().describe("where its code is, as JSON; see src/interop/recording"),
      })
      .meta({ id: "ContractAnswer" }),
  ),
  trace: endpoint(
    z
      .object({
        model,
        options: stepOptions,
        trainingSize: positiveCount.describe("N of beta = 1 / N / 100"),
        noise,
        normalization: inputNormalization,
        stages,
        tensors: carrying("input.*", "labels.*"),
      })
      .meta({ id: "TraceRequest" }),
    z.object({ steps: z.array(stepRecord) }).meta({ id: "TraceAnswer" }),
  ),
  fit: endpoint(
    z
      .object({
        model,
        options: fitOptions,
        normalization: normalization.nullable().describe("null: the images are the network's input already"),
        tensors: carrying("train.images", "train.labels", "test.images", "test.labels"),
        checkpoint: z.string().nullable().describe("file to write the model to after each epoch and at the end"),
        state: z.string().nullable().describe("file to write the training state to, before the model and in between"),
        stateEvery: stateEvery.describe("how often in between"),
        keep: keep.describe("models that are written beside the checkpoint, under names made of its own"),
        events: z.string().nullable().describe("file to write each event to, one JSON document a line"),
        resume: z.string().nullable().describe("training state to go on from"),
        stages,
      })
      .meta({ id: "FitRequest" }),
    fitResult,
  ),
  dispose: endpoint(z.object({ model }).meta({ id: "DisposeRequest" }), nothing),
  predict: endpoint(
    z
      .object({
        model,
        options: predictOptions,
        agreed: z.boolean().describe("refuse a normalization other than the one that the model was trained with"),
        tensors: carrying("images"),
      })
      .meta({ id: "PredictRequest" }),
    z
      .object({
        tensors: carrying("logits", "entropy_mean", "entropy_spread"),
      })
      .meta({ id: "PredictAnswer" }),
  ),
} as const;

export type Calls = typeof calls;
export type Jobs = typeof jobs;
export type RequestOf<E extends { request: z.ZodType }> = z.output<E["request"]>;
export type AnswerOf<E extends { answer: z.ZodType }> = z.output<E["answer"]>;

/** A Python exception as data. */
export const pythonError = z
  .object({
    code: z.enum(reportedCodes).nullable().describe("where the package raised it on purpose"),
    suggestion: z.string().nullable(),
    type: z.string().describe("qualified name of the exception's class"),
    bases: z.array(z.string()).describe("its ancestors, nearest first"),
    message: z.string(),
    traceback: z.string(),
    thrown: count.nullable().describe("number of the TypeScript error that it stands for"),
    raised: count.nullable().describe("under which Python keeps the exception for a function that may throw it on"),
  })
  .meta({ id: "PythonErrorData" });
export type PythonErrorData = z.output<typeof pythonError>;

/** What comes over a session's event socket, one JSON document a line. */
export const jobEvent = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("progress"), job: count, event: fitEvent }).meta({ id: "ProgressEvent" }),
    z.object({ kind: z.literal("done"), job: count, answer: z.unknown() }).meta({ id: "DoneEvent" }),
    z.object({ kind: z.literal("error"), job: count, error: pythonError }).meta({ id: "ErrorEvent" }),
    z.object({ kind: z.literal("cancelled"), job: count }).meta({ id: "CancelledEvent" }),
    z
      .object({ kind: z.literal("output"), job: count, stream: z.enum(["stdout", "stderr"]), line: z.string() })
      .meta({ id: "OutputEvent" }),
  ])
  .meta({ id: "JobEvent" });
export type JobEvent = z.output<typeof jobEvent>;
