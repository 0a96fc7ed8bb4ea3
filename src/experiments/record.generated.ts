/** Generated from the schemas by `npm run generate`: change the schema, never this file. */

import type {
  Best,
  FitOptions,
  Keep,
  NetworkSpec,
  Normalization,
  ReadingOptions,
  StateEvery,
  TrainingMeans,
  Validation,
} from "../schema/types.generated.ts";

/** The data set of a run, and how it was used. */
export interface DataRecord {
  /** as loadDataset takes it */
  readonly name: string;
  /** where its files were */
  readonly folder: string | null;
  /** that it was in memory, and no file has it */
  readonly inMemory: boolean;
  /** how its files were read */
  readonly reading: ReadingOptions;
  /** trained on this many of the first images only */
  readonly limit: number | null;
  /** number of classes */
  readonly classes: number;
  /** [channels, height, width] */
  readonly image: readonly number[];
  /** number of images trained on */
  readonly trainImages: number;
  /** number of images tested on */
  readonly testImages: number;
  /** null: the images are the network's input already */
  readonly normalization: Normalization | null;
  /** SHA-256 of the images and labels, in hexadecimal */
  readonly content: string;
}

/** run.json: everything that made a run what it is, written before it starts. */
export interface RunRecord {
  /** of this file */
  readonly format: 4;
  /** of this package */
  readonly version: string;
  /** when it began, in UTC */
  readonly started: string;
  /** the options as they were given, defaults left out */
  readonly given: Readonly<Record<string, unknown>>;
  /** the network */
  readonly model: NetworkSpec;
  /** how it is trained */
  readonly fit: FitOptions;
  /** how often its state is saved */
  readonly stateEvery: StateEvery;
  /** which models are kept, besides the last one */
  readonly keep: Keep;
  /** after which it was to stop; null: none */
  readonly maxMinutes: number | null;
  /** what it is trained on */
  readonly data: DataRecord;
  /** checkpoint whose weights the means begin with */
  readonly pretrain: string | null;
  /** sigma that they begin with, in parts of |w|; null: the network's initLogSigma */
  readonly relativeSigma: number | null;
  /** what trained it */
  readonly backend: {
    /** what computes */
    readonly backend: "torch" | "tfjs" | "reference";
    /** what the device asked for has become */
    readonly device: string;
    /** the device as its maker calls it */
    readonly deviceName: string;
    /** that one operation was computed on; null: the engine decides */
    readonly threads: number | null;
    /** the numbers that it can compute in */
    readonly dtypes: readonly ("float32" | "float64" | "float16" | "bfloat16")[];
    /** of the parts it is made of */
    readonly versions: Readonly<Record<string, string>>;
  };
  /** what computed stages of its steps instead, by their names: adversarial, layer:<name> */
  readonly stages: Readonly<
    Record<
      string,
      {
        /** what computes */
        readonly backend: "torch" | "tfjs" | "reference";
        /** what the device asked for has become */
        readonly device: string;
        /** the device as its maker calls it */
        readonly deviceName: string;
        /** that one operation was computed on; null: the engine decides */
        readonly threads: number | null;
        /** the numbers that it can compute in */
        readonly dtypes: readonly ("float32" | "float64" | "float16" | "bfloat16")[];
        /** of the parts it is made of */
        readonly versions: Readonly<Record<string, string>>;
      }
    >
  >;
  /** words to find it by */
  readonly tags: readonly string[];
  /** what there is to say about it */
  readonly notes: string | null;
  /** the command line that began it; *** stands where something looked like a secret */
  readonly command: readonly string[];
  /** where it began; null: by a version that did not say */
  readonly environment: RunEnvironment | null;
  /** of the working directory; null: it was in no repository, or by a version that did not say */
  readonly git: GitState | null;
}

/** Where a run began. */
export interface RunEnvironment {
  /** name of the machine */
  readonly host: string;
  /** operating system, its release and the processor's architecture */
  readonly platform: string;
  /** that this process may use */
  readonly processors: number;
  /** of the machine, in bytes */
  readonly memory: number;
  /** version of Node.js */
  readonly node: string;
  /** working directory */
  readonly directory: string;
  /** of the environment, those that change how it computes; no others are looked at */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a working directory had checked out. */
export interface GitState {
  /** checked out; null: there is none yet */
  readonly commit: string | null;
  /** checked out; null: none is */
  readonly branch: string | null;
  /** whether anything differed from it, untracked files included */
  readonly dirty: boolean;
}

/** result.json: how a run ended. */
export type RunResult = EndedRun | FailedRun;

/** result.json of a run that came to its end, or was stopped on the way. */
export interface EndedRun {
  /** of this file */
  readonly format: 4;
  /** when it ended, in UTC */
  readonly ended: string;
  /** whether the run went to its end */
  readonly status: "finished" | "cancelled";
  /** epochs finished, those before a resume included */
  readonly epochs: number;
  /** steps taken, those before a resume included */
  readonly steps: number;
  /** how long the run took, in seconds */
  readonly seconds: number;
  /** means over the last finished epoch; null: there is none */
  readonly train: TrainingMeans | null;
  /** of the last finished epoch; null: not validated */
  readonly validation: Validation | null;
  /** the epoch that was the best by the metric; null: there is none */
  readonly best: Best | null;
  /** what ended it before all its epochs, where nobody cancelled it */
  readonly stoppedBy: "patience" | "time" | null;
  /** what ran the network: native kernels, or torch and why not those; null: the backend has one way only */
  readonly computedBy: string | null;
}

/** result.json of a run that broke off. */
export interface FailedRun {
  /** of this file */
  readonly format: 4;
  /** when it ended, in UTC */
  readonly ended: string;
  /** that it broke off */
  readonly status: "failed";
  /** what went wrong */
  readonly error: {
    /** of the AdsamError, such as diverged or disk */
    readonly code: string;
    /** what was expected and what came */
    readonly message: string;
    /** what to do about it */
    readonly suggestion: string | null;
  };
}
