import type { Backend, BackendInfo, LoadOptions, Model } from "../backend.ts";
import { AdsamError, type ErrorCode } from "../errors.ts";
import { absolutePath } from "../files.ts";
import { Python } from "../interop/python.ts";
import type { StageMaker } from "../port/stages/stage.ts";
import type { CheckedOpenOptions } from "../schema/backends.ts";
import { loadOptions } from "../schema/checkpoints.ts";
import { dtypes, type ModelSpecInput, modelSpec } from "../schema/models.ts";
import { validate } from "../validation.ts";
import { findPython, inspectPython, requireHealthy } from "./environment.ts";
import { closed } from "./failures.ts";
import { TorchModel } from "./model.ts";
import { Requests } from "./requests.ts";
import { Session } from "./session.ts";
import { publishedStages, torchStages } from "./stages.ts";

/** Models in a Python process of its own, which starts with the first question. */
export class PythonModels implements Backend {
  readonly #options: CheckedOpenOptions;
  readonly stages: StageMaker;
  #life: Life;
  #closed = false;

  constructor(options: CheckedOpenOptions) {
    this.#options = options;
    this.#life = this.#begin();
    const connected = async () => ({ python: this.living.python, device: (await this.info()).device });
    this.stages = options.backend === "reference" ? publishedStages : torchStages(connected);
  }

  async info(): Promise<BackendInfo> {
    const { device, deviceName, threads, python, torch, package: version } = (await this.living.session()).hello;
    const { backend } = this.#options;
    const versions = { python, torch, adversarial_sampling: version };
    const computed = backend === "reference" ? (["float32", "float64"] as const) : dtypes;
    return { backend, device, deviceName, threads, dtypes: computed, versions };
  }

  async model(spec: ModelSpecInput): Promise<Model> {
    const request = { spec: validate(modelSpec, spec, "model") };
    const { living } = this;
    return new TorchModel(living, this.#options.backend, await living.requests.run("create", request));
  }

  async load(path: string, options: LoadOptions = {}): Promise<Model> {
    const { spec = null, pretrained, relativeSigma = null } = validate(loadOptions, options, "load");
    const request = { path: absolutePath(path, "load"), pretrained, relativeSigma, spec };
    const { living } = this;
    return new TorchModel(living, this.#options.backend, await living.requests.run("load", request));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#life.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The life that goes on: what is made from now on lives in it. */
  protected get living(): Life {
    if (this.#life.replaced && !this.#closed) this.#life = this.#begin();
    return this.#life;
  }

  /** The Python that it runs in. */
  protected async interpreter(): Promise<string> {
    return (await findPython({ python: this.#options.python })).path;
  }

  #begin(): Life {
    return new Life(() => {
      if (this.#closed) throw closed();
      return connect(this.#options);
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

/** Failures of what was asked for, which say nothing against that Python. */
const askedWrongly: ReadonlySet<ErrorCode> = new Set(["usage", "file"]);

async function connect({ python: named, device, checkout }: CheckedOpenOptions): Promise<Session> {
  const folder = checkout === undefined ? null : absolutePath(checkout, "open: checkout");
  const python = (await findPython({ python: named })).path;
  try {
    return await Session.start({ python, device, checkout: folder });
  } catch (error) {
    // Most often it lacks torch: a closer look at that Python, which costs a start of its own, says it better.
    if (error instanceof AdsamError && !askedWrongly.has(error.code)) requireHealthy(await inspectPython(python));
    throw error;
  }
}
