import type { Stages } from "../port/stages/stage.ts";
import type { BackendName, OpenOptions } from "../schema/backends.ts";
import type { NetworkSpecInput } from "../schema/models.ts";
import type { DataChoice } from "./data.ts";
import type { TrainOptions } from "./train.ts";

/** How a run is to be made, as a file says it: what `train` takes, with everything left out that is to have its default. */
export interface TrainConfig
  extends Pick<
    TrainOptions,
    "fit" | "stateEvery" | "keep" | "maxMinutes" | "pretrain" | "relativeSigma" | "tags" | "notes" | "folder"
  > {
  /** The network. */
  readonly model?: Partial<NetworkSpecInput> | undefined;
  /** What it is trained on. */
  readonly data?: Partial<DataChoice> | undefined;
  /** What computes. */
  readonly backend?: OpenOptions | undefined;
  /** What computes stages of each step instead. */
  readonly stages?: Stages<BackendName | OpenOptions> | undefined;
}
