import * as z from "zod";
import { type ReadingOptionsInput, readingOptions } from "../schema/data.ts";

/** Where a data set lies, and how it is read. */
export interface LoadDatasetOptions extends ReadingOptionsInput {
  /** Where the files of a published data set lie; the others have no folder. */
  readonly folder?: string | undefined;
}

export const loadDatasetOptions = z.strictObject({ folder: z.string().optional(), ...readingOptions.shape });
