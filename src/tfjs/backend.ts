import { cpus } from "node:os";
import type { Backend, BackendInfo, LoadOptions, Model } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { absolutePath } from "../files.ts";
import type { CheckedOpenOptions } from "../schema/backends.ts";
import { loadOptions } from "../schema/checkpoints.ts";
import { type ModelSpecInput, modelSpec } from "../schema/models.ts";
import { validate } from "../validation.ts";
import { startEngine } from "./engine.ts";
import { tfjsStages } from "./fast/guest.ts";
import { Jobs } from "./jobs.ts";
import { TfjsModel } from "./model.ts";
import { readModel } from "./model-files.ts";
import { build } from "./models/build.ts";
import type { Network } from "./models/network.ts";

/** TensorFlow.js in this process; its engine starts with the first question. */
class TfjsBackend implements Backend {
  readonly stages = tfjsStages;
  readonly #jobs = new Jobs();
  readonly #models = new Set<TfjsModel>();

  async info(): Promise<BackendInfo> {
    this.#jobs.checkOpen();
    const { reason, version } = await startEngine();
    const processor = cpus()[0]?.model.trim() ?? "unknown processor";
    return {
      backend: "tfjs",
      device: "cpu",
      deviceName: `${processor}, ${reason}`,
      threads: null,
      dtypes: ["float32"],
      versions: { tfjs: version },
    };
  }

  async model(spec: ModelSpecInput): Promise<Model> {
    const whole = validate(modelSpec, spec, "model");
    return this.#create(() => build(whole));
  }

  async load(path: string, options: LoadOptions = {}): Promise<Model> {
    const whole = validate(loadOptions, options, "load");
    const place = absolutePath(path, "load");
    return this.#create(() => readModel(place, whole));
  }

  async close(): Promise<void> {
    await this.#jobs.close();
    for (const model of this.#models) model.release();
    this.#models.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #create(make: () => Network | Promise<Network>): Promise<Model> {
    return this.#jobs.run(async () => {
      await startEngine();
      const model = new TfjsModel(await make(), this.#jobs);
      this.#models.add(model);
      return model;
    });
  }
}

/**
 * The native twin, in TensorFlow.js.
 * @throws AdsamError `usage` for a device other than the processor, and for a Python.
 */
export function openTfjs({ device, python }: CheckedOpenOptions): Backend {
  if (device !== "auto" && device !== "cpu") {
    throw new AdsamError("usage", `device: the tfjs backend computes on "cpu", got "${device}"`, {
      suggestion: "leave the device out, or take the torch backend",
    });
  }
  if (python !== undefined) {
    throw new AdsamError("usage", `python: the tfjs backend needs none, got "${python}"`, {
      suggestion: "leave python out, or take the torch backend",
    });
  }
  return new TfjsBackend();
}
