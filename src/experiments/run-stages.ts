import type { Backend, BackendInfo } from "../backend.ts";
import { AdsamError } from "../errors.ts";
import { open } from "../open.ts";
import type { Stages } from "../port/stages/stage.ts";
import { type BackendName, backendNames, type OpenOptions } from "../schema/backends.ts";
import { isOpen } from "./run-backend.ts";

/** Where the stages of a run's steps are computed: a backend's name, how it is opened, or one that is open, and stays so. */
export type StagePlaces = Stages<BackendName | OpenOptions | Backend>;

/** The backends of a run's stages: those that were opened for it are closed after it. */
export class RunStages implements AsyncDisposable {
  readonly #own: Backend[] = [];
  readonly #backends = new Map<string, Backend>();

  /** @throws AdsamError `usage` for a backend that there is not, and as `open`. */
  static async of(places: StagePlaces = {}): Promise<RunStages> {
    const stages = new RunStages();
    try {
      const opened = new Map<string, Backend>(); // one for all stages that ask for the same
      for (const [stage, place] of Object.entries(places)) {
        if (place === undefined) continue;
        const asked = typeof place === "string" ? { backend: checkName(stage, place) } : place;
        if (isOpen(asked)) {
          stages.#backends.set(stage, asked);
          continue;
        }
        const key = JSON.stringify(asked);
        const backend = opened.get(key) ?? (await open(asked));
        if (!opened.has(key)) stages.#own.push(backend);
        opened.set(key, backend);
        stages.#backends.set(stage, backend);
      }
    } catch (error) {
      await stages[Symbol.asyncDispose]();
      throw error;
    }
    return stages;
  }

  /** As `fit` takes them; undefined: there are none. */
  get backends(): Stages<Backend> | undefined {
    return this.#backends.size === 0 ? undefined : Object.fromEntries(this.#backends);
  }

  /** As run.json has them. */
  async info(): Promise<Record<string, BackendInfo>> {
    const entries = [...this.#backends].map(async ([stage, backend]) => [stage, await backend.info()] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const backend of this.#own) await backend.close();
  }
}

function checkName(stage: string, name: string): BackendName {
  const known = backendNames.find((one) => one === name);
  if (known !== undefined) return known;
  throw new AdsamError("usage", `stage ${stage}: expected one of ${backendNames.join(", ")}, got ${name}`);
}
