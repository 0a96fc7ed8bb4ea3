import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import { jsonIn, writeFileAtomically } from "../../files.ts";
import { jsonText } from "../../json.ts";
import type { FitEvent } from "../../schema/events.ts";
import { validate } from "../../validation.ts";
import { metricsOf } from "../metrics.ts";
import type { RunRecord } from "../record.ts";
import { maskedValue } from "../secrets.ts";
import { MlflowClient, MlflowRefusal, type MlflowServer } from "./client.ts";

const note = z.strictObject({ uri: z.string(), runId: z.string() });

/** mlflow.json: which run of which server tells of the run in a folder. No secret is in it. */
export function noteFile(folder: string): string {
  return join(folder, "mlflow.json");
}

/** null: none tells of it. */
export async function noteIn(folder: string): Promise<z.output<typeof note> | null> {
  const path = noteFile(folder);
  return existsSync(path) ? validate(note, await jsonIn(path), path, "file") : null;
}

const runAnswer = z.object({
  run: z.object({
    info: z.object({ run_id: z.string(), artifact_uri: z.string() }),
    data: z
      .object({ metrics: z.array(z.object({ key: z.string(), step: z.coerce.number().default(0) })).default([]) })
      .default({ metrics: [] }),
  }),
});
type Answer = z.output<typeof runAnswer>["run"];

export type MlflowStatus = "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

/** The server takes 1,000 metrics at once, and an event has up to 15. */
const eventsAtOnce = 64;
const paramsAtOnce = 100;
const longestValue = 6000;

/** A run as a server has it. */
export class MlflowRun {
  readonly #client: MlflowClient;
  readonly #id: string;
  readonly #artifacts: string;
  #steps: number;
  #epochSteps: number;

  private constructor(client: MlflowClient, { info, data: { metrics } }: Answer) {
    [this.#client, this.#id, this.#artifacts] = [client, info.run_id, info.artifact_uri];
    const last = (name: string) => metrics.find(({ key }) => key === name)?.step ?? 0;
    [this.#steps, this.#epochSteps] = [last("step/loss"), last("epoch/train/loss")];
  }

  /** The one that told of the run in this folder before, or a new one. */
  static async open(server: MlflowServer, folder: string, record: RunRecord): Promise<MlflowRun> {
    const client = new MlflowClient(server);
    const known = await noteIn(folder);
    const earlier = known?.uri === server.uri ? await find(client, known.runId) : null;
    if (earlier !== null) {
      const run = new MlflowRun(client, earlier);
      await run.setStatus("RUNNING");
      return run;
    }
    const created = runAnswer.parse(
      await client.post("runs/create", {
        experiment_id: await experiment(client),
        run_name: basename(folder),
        start_time: Date.parse(record.started),
        tags: tagsOf(record),
      }),
    ).run;
    const run = new MlflowRun(client, created);
    const params = paramsOf(record);
    for (let i = 0; i < params.length; i += paramsAtOnce) {
      await run.#batch({ params: params.slice(i, i + paramsAtOnce) });
    }
    await writeFileAtomically(noteFile(folder), [`${jsonText({ uri: server.uri, runId: created.info.run_id }, 2)}\n`]);
    return run;
  }

  /** The numbers of those events that the server does not have yet: a step that was taken again it has. */
  async add(events: readonly FitEvent[]): Promise<void> {
    const missing = events.filter(({ kind, step }) => step > (kind === "step" ? this.#steps : this.#epochSteps));
    for (let i = 0; i < missing.length; i += eventsAtOnce) {
      const some = missing.slice(i, i + eventsAtOnce);
      await this.#batch({ metrics: some.flatMap(metricsFor) });
      for (const { kind, step } of some) {
        if (kind === "step") this.#steps = step;
        else this.#epochSteps = step;
      }
    }
  }

  /** Only where the server keeps artifacts itself, as it does unless told otherwise; whether it does. */
  async addFile(path: string): Promise<boolean> {
    const [, store] = /^mlflow-artifacts:\/(?:\/[^/]*\/)?(.*)$/.exec(this.#artifacts) ?? [];
    if (store === undefined) return false;
    await this.#client.put(`${store.replace(/^\//, "")}/${basename(path)}`, await readFile(path));
    return true;
  }

  async setStatus(status: MlflowStatus): Promise<void> {
    const ended = status === "RUNNING" ? {} : { end_time: Date.now() };
    await this.#client.post("runs/update", { run_id: this.#id, status, ...ended });
  }

  async #batch(content: object): Promise<void> {
    await this.#client.post("runs/log-batch", { run_id: this.#id, ...content });
  }
}

/** null: it was removed for good. */
async function find(client: MlflowClient, id: string): Promise<Answer | null> {
  try {
    return runAnswer.parse(await client.get("runs/get", { run_id: id })).run;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.code === "RESOURCE_DOES_NOT_EXIST") return null;
    throw error;
  }
}

/** The number of the experiment that MLFLOW_EXPERIMENT_NAME names, `adversarial-sampling` otherwise; a new one where there is none. */
async function experiment(client: MlflowClient): Promise<string> {
  const name = process.env.MLFLOW_EXPERIMENT_NAME ?? "adversarial-sampling";
  const found = z.object({ experiment: z.object({ experiment_id: z.string() }) });
  const byName = async () =>
    found.parse(await client.get("experiments/get-by-name", { experiment_name: name })).experiment.experiment_id;
  try {
    return await byName();
  } catch (error) {
    if (!(error instanceof MlflowRefusal && error.code === "RESOURCE_DOES_NOT_EXIST")) throw error;
  }
  try {
    return z.object({ experiment_id: z.string() }).parse(await client.post("experiments/create", { name }))
      .experiment_id;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.code === "RESOURCE_ALREADY_EXISTS") return byName(); // another run was quicker
    throw error;
  }
}

function metricsFor(event: FitEvent): object[] {
  const timestamp = event.timestamp === null ? Date.now() : Date.parse(event.timestamp);
  return Object.entries(metricsOf(event)).flatMap(([name, value]) =>
    value === null
      ? []
      : [
          {
            key: `${event.kind}/${name}`,
            value: Number.isFinite(value) ? value : String(value),
            timestamp,
            step: event.step,
          },
        ],
  );
}

function tagsOf({ tags, notes, version, command, git }: RunRecord): object[] {
  const named = {
    "adsam.version": version,
    "adsam.tags": tags.join(","),
    "mlflow.note.content": notes,
    "mlflow.source.type": "LOCAL",
    "mlflow.source.name": command.join(" "),
    "mlflow.source.git.commit": git?.commit,
    "mlflow.source.git.branch": git?.branch,
  };
  return Object.entries(named).flatMap(([key, value]) =>
    value === null || value === undefined || value === "" ? [] : [{ key, value: value.slice(0, longestValue) }],
  );
}

/** The options by their names in run.json, such as `fit.ratio`. */
function paramsOf({
  model,
  fit,
  data,
  keep,
  pretrain,
  relativeSigma,
  backend,
}: RunRecord): { key: string; value: string }[] {
  const flat = (value: unknown, name: string): { key: string; value: string }[] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([field, part]) => flat(part, name === "" ? field : `${name}.${field}`))
      : [{ key: name, value: (typeof value === "string" ? value : jsonText(value)).slice(0, longestValue) }];
  return flat(maskedValue({ model, fit, data, keep, pretrain, relativeSigma, backend }), "").filter(
    ({ value }) => value !== "",
  );
}
