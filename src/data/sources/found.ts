import type { Dataset } from "../dataset.ts";

/** What was left out of a data set. */
export interface LeftOut {
  /** The file or array. */
  readonly what: string;
  /** Why. */
  readonly why: string;
  /** Whether it should have been read: such are refused unless they are to be skipped. */
  readonly corrupt: boolean;
}

/** A data set, and how its source was understood. */
export interface Found {
  /** What the source is, in words. */
  readonly format: string;
  /** What it holds. */
  readonly dataset: Dataset;
  /** What people may want to know of how it was read. */
  readonly remarks: readonly string[];
  /** What was left out. */
  readonly leftOut: readonly LeftOut[];
}
