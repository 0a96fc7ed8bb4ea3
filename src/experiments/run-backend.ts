import type { Backend, BackendInfo, Model } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { open } from "../open.ts";
import type { OpenOptions } from "../schema/backends.ts";
import type { NetworkSpec } from "../schema/models.ts";
import type { StartingPoint } from "./starting-point.ts";

/** Whether somebody opened it already, and goes on using it. */
export function isOpen(backend: OpenOptions | Backend): backend is Backend {
  return "info" in backend;
}

/** What one run computes on: a backend that is opened for it and closed after it, or the caller's, which gets back as it was. */
export class RunBackend implements AsyncDisposable {
  readonly #backend: Backend;
  readonly #lent: boolean;
  #model: Promise<Model> | undefined;

  private constructor(backend: Backend, lent: boolean) {
    [this.#backend, this.#lent] = [backend, lent];
  }

  /** @throws AdsamError as `open`. */
  static async of(asked: OpenOptions | Backend = {}): Promise<RunBackend> {
    return isOpen(asked) ? new RunBackend(asked, true) : new RunBackend(await open(asked), false);
  }

  info(): Promise<BackendInfo> {
    return this.#backend.info();
  }

  /** The run's network: a new one, or what becomes of the one to start from. */
  model(spec: NetworkSpec, start: StartingPoint | null): Promise<Model> {
    this.#model =
      start === null
        ? this.#backend.model(spec)
        : this.#backend.load(start.checkpoint, {
            spec,
            pretrained: spec.bayesian,
            relativeSigma: start.relativeSigma ?? undefined,
          });
    return this.#model;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#lent) return this.#backend.close();
    const model = await this.#model?.catch(() => undefined); // who asked for it has been told
    await model?.dispose().catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }
}

/** Nothing is left to be freed. */
function isGone(error: unknown): boolean {
  return error instanceof AdsamError && (error.code === "closed" || error.code === "crashed");
}
