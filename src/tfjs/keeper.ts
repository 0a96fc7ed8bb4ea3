import type { Safetensors } from "../safetensors/format.ts";
import type { FitEvent } from "../schema/events.ts";
import type { Network } from "./models/network.ts";

/** How far a run has come. */
export interface Reached {
  /** Steps taken. */
  readonly steps: number;
  /** Epochs finished. */
  readonly epochs: number;
}

/** What writes a run down while it goes on. */
export interface Keeper {
  /** Told once, before the first step, when all has been checked. */
  begin(reached: Reached): Promise<void>;
  /** Told of every step and every epoch, before anybody else. */
  log(event: FitEvent): void;
  /** Whether it is time to save the state in the middle of an epoch, after so many steps of the run. */
  isStateDue(steps: number): boolean;
  /** Saves everything needed to go on, after so many steps of the run. */
  saveState(pack: () => Safetensors, steps: number): Promise<void>;
  /** Keeps the model after so many epochs for itself, where that is wanted: before the state, so that a kill leaves none out. */
  keepModel(network: Network, epochs: number, isBest: boolean): Promise<void>;
  /** Saves the model: after the state, so that where there is a model there is a state. */
  saveModel(network: Network): Promise<void>;
}
