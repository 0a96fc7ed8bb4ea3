import { EventLog } from "../event-log.ts";
import { absolutePath, checkWritable } from "../files.ts";
import { besideCheckpoint } from "../kept-models.ts";
import { readSafetensors, type Safetensors, writeSafetensors } from "../safetensors.ts";
import type { FitEvent } from "../schema/events.ts";
import type { Keep, StateEvery } from "../schema/options.ts";
import type { FitFiles } from "../training.ts";
import type { Keeper, Reached } from "./keeper.ts";
import { saveModel } from "./model-files.ts";
import type { Network } from "./models/network.ts";
import type { SavedState } from "./train.ts";

type Paths = Omit<FitFiles, "stateEvery" | "keep">;

/** A run's checkpoint, its training state and its log of events: those that are wanted. */
export class RunFiles implements Keeper {
  readonly #paths: Paths;
  readonly #every: StateEvery;
  readonly #keep: Keep;
  #log: EventLog | null = null;
  #kept = { steps: 0, time: 0 };

  /** At these paths as they are now: the working directory may change later. */
  constructor({ checkpoint, state, events, resume }: Paths, every: StateEvery, kept: Keep) {
    const absolute = (path: string | undefined, what: string) =>
      path === undefined ? undefined : absolutePath(path, what);
    this.#paths = {
      checkpoint: absolute(checkpoint, "checkpoint"),
      state: absolute(state, "state"),
      events: absolute(events, "events"),
      resume: absolute(resume, "resume"),
    };
    this.#every = every;
    this.#keep = kept;
  }

  /**
   * The state to go on from.
   * @throws AdsamError `file` when what it writes may not be written, or there is nothing to read; `checkpoint` when it is damaged.
   */
  async read(): Promise<SavedState | undefined> {
    const { checkpoint, state, events, resume } = this.#paths;
    await checkWritable(...[checkpoint, state, events].filter((path) => path !== undefined));
    if (resume === undefined) return undefined;
    return { file: await readSafetensors(resume, { code: "checkpoint" }), name: resume };
  }

  async begin(reached: Reached): Promise<void> {
    this.#kept = { steps: reached.steps, time: performance.now() };
    if (this.#paths.events !== undefined) this.#log = await EventLog.open(this.#paths.events, reached);
  }

  log(event: FitEvent): void {
    this.#log?.append(event);
  }

  isStateDue(steps: number): boolean {
    if (this.#paths.state === undefined) return false;
    const { steps: bySteps, minutes } = this.#every;
    const since = (performance.now() - this.#kept.time) / 60_000;
    return (bySteps > 0 && steps - this.#kept.steps >= bySteps) || (minutes > 0 && since >= minutes);
  }

  async saveState(pack: () => Safetensors, steps: number): Promise<void> {
    const { state } = this.#paths;
    if (state !== undefined) {
      const { tensors, metadata } = pack();
      await writeSafetensors(state, tensors, metadata);
    }
    this.#kept = { steps, time: performance.now() };
  }

  async keepModel(network: Network, epochs: number, isBest: boolean): Promise<void> {
    const { checkpoint } = this.#paths;
    if (checkpoint === undefined) return;
    const { best, every } = this.#keep;
    if (isBest && best) await saveModel(network, besideCheckpoint(checkpoint, "best"));
    if (every > 0 && epochs % every === 0) await saveModel(network, besideCheckpoint(checkpoint, `epoch-${epochs}`));
  }

  async saveModel(network: Network): Promise<void> {
    const { checkpoint } = this.#paths;
    if (checkpoint !== undefined) await saveModel(network, checkpoint);
  }

  close(): void {
    this.#log?.close();
  }
}
