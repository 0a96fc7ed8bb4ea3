import type { BackendInfo, CallOptions, CallResult, LoadOptions, Model, TorchBackend } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { absolutePath } from "../files.ts";
import { call } from "../interop/call.ts";
import type { CheckedOpenOptions } from "../schema/backends.ts";
import { dtypes, type ModelSpecInput, modelSpec } from "../schema/models.ts";
import { loadOptions } from "../schema/options.ts";
import type { NamedTensors } from "../tensor.ts";
import { validate } from "../validation.ts";
import { findPython, inspectPython, requireHealthy } from "./environment.ts";
import { closed } from "./failures.ts";
import { TorchModel } from "./model.ts";
import { Requests } from "./requests.ts";
import { Session } from "./session.ts";

/** PyTorch in a Python process of its own, which starts with the first question. */
class PythonBackend implements TorchBackend {
  readonly #device: string;
  readonly #python: string | undefined;
  readonly #requests = new Requests(() => this.#connect());
  #session: Promise<Session> | undefined;
  #closed = false;

  constructor({ device, python }: CheckedOpenOptions) {
    this.#device = device;
    this.#python = python;
  }

  async info(): Promise<BackendInfo> {
    const { device, deviceName, python, torch, package: version } = (await this.#connect()).hello;
    return { backend: "torch", device, deviceName, dtypes, versions: { python, torch, adversarial_sampling: version } };
  }

  async model(spec: ModelSpecInput): Promise<Model> {
    const request = { spec: validate(modelSpec, spec, "model") };
    return new TorchModel(this.#requests, await this.#requests.run("create", request));
  }

  async load(path: string, options: LoadOptions = {}): Promise<Model> {
    const { spec = null, pretrained } = validate(loadOptions, options, "load");
    const request = { path: absolutePath(path, "load"), pretrained, spec };
    return new TorchModel(this.#requests, await this.#requests.run("load", request));
  }

  async call(target: string, inputs: NamedTensors, options: CallOptions = {}): Promise<CallResult> {
    return call(this.#requests, target, inputs, options);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const session = await this.#session?.catch(() => undefined); // one that failed has closed itself
    await session?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(): Promise<Session> {
    if (this.#closed) throw closed();
    this.#session ??= connect(this.#python, this.#device);
    return this.#session;
  }
}

async function connect(named: string | undefined, device: string): Promise<Session> {
  const python = (await findPython({ python: named })).path;
  try {
    return await Session.start({ python, device });
  } catch (error) {
    // Most often it lacks torch: a closer look at that Python, which costs a start of its own, says it better.
    if (error instanceof AdsamError && error.code !== "usage") requireHealthy(await inspectPython(python));
    throw error;
  }
}

export function openTorch(options: CheckedOpenOptions): TorchBackend {
  return new PythonBackend(options);
}
