import { resolve } from "node:path";
import * as z from "zod";
import type {
  BackendInfo,
  CallOptions,
  CallResult,
  ImportOptions,
  LoadOptions,
  Model,
  TorchBackend,
} from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { absolutePath } from "../files.ts";
import { call } from "../interop/call.ts";
import type { Contract } from "../interop/contract/contract.ts";
import type { Client } from "../interop/contract/use.ts";
import type { PythonObject } from "../interop/handle.ts";
import { Python } from "../interop/python.ts";
import { checkPatchOptions, putInPlace } from "../port/patch.ts";
import type { NativeFunction, Patch, PatchOptions } from "../port/port.ts";
import type { CheckedOpenOptions } from "../schema/backends.ts";
import { dtypes, type ModelSpecInput, modelSpec } from "../schema/models.ts";
import { importOptions, loadOptions } from "../schema/options.ts";
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
  #life: Life;
  #closed = false;

  constructor({ device, python }: CheckedOpenOptions) {
    this.#device = device;
    this.#python = python;
    this.#life = this.#begin();
  }

  async info(): Promise<BackendInfo> {
    const { device, deviceName, threads, python, torch, package: version } = (await this.#living.session()).hello;
    const versions = { python, torch, adversarial_sampling: version };
    return { backend: "torch", device, deviceName, threads, dtypes, versions };
  }

  async model(spec: ModelSpecInput): Promise<Model> {
    const request = { spec: validate(modelSpec, spec, "model") };
    const { requests } = this.#living;
    return new TorchModel(requests, await requests.run("create", request));
  }

  async load(path: string, options: LoadOptions = {}): Promise<Model> {
    const { spec = null, pretrained } = validate(loadOptions, options, "load");
    const request = { path: absolutePath(path, "load"), pretrained, spec };
    const { requests } = this.#living;
    return new TorchModel(requests, await requests.run("load", request));
  }

  async call(target: string, inputs: NamedTensors, options: CallOptions = {}): Promise<CallResult> {
    return call(this.#living.requests, target, inputs, options);
  }

  async import(module: string, options: ImportOptions = {}): Promise<PythonObject> {
    const { signal, onOutput, ...rest } = options;
    const { folder } = validate(importOptions, rest, "import");
    return this.#living.python.import(validate(z.string(), module, "import"), folder, { signal, onOutput });
  }

  async use<Modules>(client: Client<Modules>, options: ImportOptions = {}): Promise<Modules> {
    const { signal, onOutput, ...rest } = options;
    const { folder } = validate(importOptions, rest, "use");
    return this.#living.python.use(client, folder, { signal, onOutput });
  }

  async contract(modules: readonly string[], options: ImportOptions = {}): Promise<Contract> {
    const { folder } = validate(importOptions, options, "contract");
    return this.#living.python.contract(validate(z.array(z.string()).min(1), modules, "contract"), folder);
  }

  async patch(target: string, native: NativeFunction, options: PatchOptions = {}): Promise<Patch> {
    const { folder, ...rest } = checkPatchOptions(options);
    return putInPlace(this.#living.python, validate(z.string(), target, "patch"), native, {
      folder: resolve(folder),
      ...rest,
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#life.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The life that goes on: what is made from now on lives in it. */
  get #living(): Life {
    if (this.#life.replaced && !this.#closed) this.#life = this.#begin();
    return this.#life;
  }

  #begin(): Life {
    return new Life(() => {
      if (this.#closed) throw closed();
      return connect(this.#python, this.#device);
    });
  }
}

/** A session, from the first question on, and what is asked of it. */
class Life {
  readonly requests = new Requests(() => this.session());
  readonly python = new Python(this.requests);
  readonly #start: () => Promise<Session>;
  #session: Promise<Session> | undefined;
  #started: Session | undefined;

  constructor(start: () => Promise<Session>) {
    this.#start = start;
  }

  /** Whether its process was ended so that another one takes its place. */
  get replaced(): boolean {
    return this.#started?.replaced === true;
  }

  async session(): Promise<Session> {
    this.#session ??= this.#start();
    this.#started = await this.#session;
    return this.#started;
  }

  async end(): Promise<void> {
    const session = await this.#session?.catch(() => undefined); // one that failed has closed itself
    await session?.close();
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
