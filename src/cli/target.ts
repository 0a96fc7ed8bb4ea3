import { open as openFile, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type * as z from "zod";
import type { Backend, LoadOptions, Model } from "../backend.ts";
import { type CorruptionName, corruptDataset, corruptionNames } from "../data/corrupt/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import { AdsamError } from "../errors.ts";
import { choiceOf, loadChosen } from "../experiments/data.ts";
import { openRun, type RunFolder } from "../experiments/run-folder.ts";
import { fileError } from "../files.ts";
import { isSafetensors } from "../safetensors/format.ts";
import type { Architecture } from "../schema/architectures.ts";
import { nearest } from "../validation.ts";
import { type otherDataGroup, readingInput } from "./groups.ts";

/** What a command is asked about: a run's folder, or a checkpoint on its own. */
export interface Target {
  readonly checkpoint: string;
  /** null for a checkpoint on its own. */
  readonly run: RunFolder | null;
}

/** @throws AdsamError `file` when there is no such run or checkpoint. */
export async function findTarget(path: string): Promise<Target> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw fileError(error, "read", path);
    },
  );
  if (!isFolder) return { checkpoint: path, run: null };
  const run = await openRun(path);
  await stat(run.files.checkpoint).catch((error: unknown) => {
    throw new AdsamError("file", `${path} holds no checkpoint: the run was ended before its first epoch was over`, {
      suggestion: `go on with it: adsam train --resume ${path}`,
      cause: error,
    });
  });
  return { checkpoint: run.files.checkpoint, run };
}

/** The data set that is named, otherwise the run's own; its test images corrupted where that is asked for. */
export async function targetData(target: Target, values: OtherData): Promise<Dataset> {
  const data = await askedData(target, values);
  const [name = "", severity] = values.shift?.split(":") ?? [];
  if (severity === undefined) return data;
  return corruptDataset(data, { kind: corruptionNamed(name), severity: Number(severity) });
}

/**
 * The corruption that --shift names.
 * @param others what else may stand there.
 * @throws AdsamError `usage` for a name that is none.
 */
export function corruptionNamed(name: string, others: readonly string[] = []): CorruptionName {
  const kind = corruptionNames.find((known) => known === name);
  if (kind !== undefined) return kind;
  throw new AdsamError(
    "usage",
    `--shift: unknown corruption "${name}": ${nearest(name, [...corruptionNames, ...others])}`,
  );
}

type OtherData = z.output<z.ZodObject<typeof otherDataGroup.shape>>;

async function askedData({ checkpoint, run }: Target, values: OtherData): Promise<Dataset> {
  const { dataset, data: folder } = values;
  const reading = readingInput(values);
  if (dataset !== undefined) return loadDataset(dataset, { folder, ...reading });
  if (run !== null) return loadChosen({ ...choiceOf(run.record.data, folder), ...reading });
  if (folder !== undefined) return loadDataset(resolve(folder), reading);
  throw new AdsamError("usage", `${checkpoint} does not say which data set it was trained on`, {
    suggestion: "name one with --dataset, or give the folder of a run",
  });
}

/** What the user says of a checkpoint that does not say itself what it holds. */
export interface ForeignModel {
  readonly model?: Architecture | undefined;
  readonly deterministic?: boolean | undefined;
}

/** The target's model, with as many classes as the data set when the checkpoint does not say. */
export async function loadModel(
  backend: Backend,
  { checkpoint }: Target,
  { model: kind, deterministic }: ForeignModel,
  classes: number | undefined,
): Promise<Model> {
  if (kind === undefined && deterministic) {
    throw new AdsamError(
      "usage",
      "--deterministic says of which kind the network is that --model names, got no --model",
      {
        suggestion: "name the network as well, or leave both to the checkpoint",
      },
    );
  }
  if (kind === undefined && !(await saysItself(checkpoint))) {
    throw new AdsamError("usage", `${checkpoint} does not say which network it holds`, {
      suggestion: "name it with --model, and --deterministic if its weights are plain",
    });
  }
  const spec =
    kind === undefined
      ? {}
      : { spec: { kind, bayesian: !deterministic, ...(classes === undefined ? {} : { classes }) } };
  return backend.load(checkpoint, spec satisfies LoadOptions);
}

/** Whether a checkpoint may say what it holds: a safetensors file, whatever it is called, and one that is called so. */
async function saysItself(checkpoint: string): Promise<boolean> {
  if (extname(checkpoint) === ".safetensors") return true;
  const beginning = Buffer.alloc(9);
  const file = await openFile(checkpoint, "r").catch((error: unknown) => {
    throw fileError(error, "read", checkpoint);
  });
  try {
    const { bytesRead } = await file.read(beginning, 0, beginning.length, 0);
    return isSafetensors(beginning.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
