import * as z from "zod";
import { type ReadingOptionsInput, readingOptions } from "../schema/data.ts";

/** Where a data set lies, and how it is read. */
export interface LoadDatasetOptions extends ReadingOptionsInput {
  /** The folder or archive of a published data set; without it the folder that `adsam data fetch` fills. Others have none. */
  readonly folder?: string | undefined;
}

export const loadDatasetOptions = z.strictObject({ folder: z.string().optional(), ...readingOptions.shape });
