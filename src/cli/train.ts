import type { Command } from "commander";
import { AdsamError } from "../errors.ts";
import type { RunLogger } from "../experiments/logger.ts";
import { mlflowLogger } from "../experiments/mlflow/logger.ts";
import { noteIn } from "../experiments/mlflow/run.ts";
import { resumeTraining } from "../experiments/resume.ts";
import { eventFilesIn } from "../experiments/tensorboard/event-file.ts";
import { tensorBoardLogger } from "../experiments/tensorboard/logger.ts";
import { train as trainRun } from "../experiments/train.ts";
import type { TrainEvent } from "../experiments/train-events.ts";
import { jsonText } from "../json.ts";
import { interruptedExitCode, interruptSignal } from "./interrupt.ts";
import { addOptions, givenOptions, kebabCase } from "./options.ts";
import {
  askedOptions,
  askedStages,
  resumable,
  type TrainArguments,
  trainArguments,
  trainGroups,
  trainInput,
} from "./train-options.ts";
import { TrainView } from "./train-view.ts";
import { withWayOn } from "./way-on.ts";

/** `adsam train`: a new run, or with --resume an earlier one that goes on. */
export function train(command: Command): void {
  addOptions(command, trainGroups);
  command.action(async () => {
    const given = givenOptions(command);
    const values = trainArguments.parse(command.opts());
    const signal = interruptSignal();
    const events = withWayOn(
      values.resume === undefined ? newRun(values, given, signal) : resumed(values.resume, values, given, signal),
    );
    const status = values.json ? await writeLines(events) : await new TrainView(signal).show(events);
    if (status === "cancelled" && signal.aborted) process.exitCode = interruptedExitCode();
  });
}

async function* newRun(
  values: TrainArguments,
  given: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<TrainEvent> {
  const loggers = askedLoggers(values);
  yield* trainRun({ ...(await trainInput(values, given)), loggers, signal });
}

async function* resumed(
  folder: string,
  values: TrainArguments,
  given: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<TrainEvent> {
  const fixed = given.filter((name) => !resumable.has(name));
  if (fixed.length > 0) {
    const flags = fixed.map((name) => `--${kebabCase(name)}`).join(", ");
    throw new AdsamError("usage", `${flags} cannot be given with --resume`, {
      suggestion:
        "a run goes on with the options in its run.json; only --epochs, --patience and --max-minutes can be others",
    });
  }
  yield* resumeTraining(folder, {
    loggers: await loggersOf(folder, values),
    epochs: given.includes("epochs") ? values.epochs : undefined,
    patience: given.includes("patience") ? values.patience : undefined,
    maxMinutes: given.includes("maxMinutes") ? values.maxMinutes : undefined,
    dataFolder: values.data,
    backend: askedOptions(values, given),
    stages: askedStages(values.stage),
    signal,
  });
}

function askedLoggers({ tensorboard, mlflow }: Pick<TrainArguments, "tensorboard" | "mlflow">): RunLogger[] {
  const onTrouble = (message: string) => process.stderr.write(`${message}\n`);
  return [
    ...(tensorboard ? [tensorBoardLogger()] : []),
    ...(mlflow === undefined ? [] : [mlflowLogger(mlflow, { onTrouble })]),
  ];
}

/** Those that were asked for, and those that the run has had. */
async function loggersOf(folder: string, { tensorboard, mlflow }: TrainArguments): Promise<RunLogger[]> {
  const had = await eventFilesIn(folder).catch(() => []); // what is no folder is told by whoever goes on with it
  const told = await noteIn(folder);
  return askedLoggers({ tensorboard: tensorboard || had.length > 0, mlflow: mlflow ?? told?.uri });
}

async function writeLines(events: AsyncIterable<TrainEvent>): Promise<string | undefined> {
  let status: string | undefined;
  for await (const event of events) {
    process.stdout.write(`${jsonText(event)}\n`);
    if (event.kind === "result") status = event.result.status;
  }
  return status;
}
