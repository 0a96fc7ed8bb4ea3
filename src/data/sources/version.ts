import type { PublishedName } from "../names.ts";
import type { Found } from "./found.ts";
import type { Place } from "./place.ts";

/** One way in which a data set is published. */
export interface Version {
  readonly name: PublishedName;
  /** What it is, in words. */
  readonly what: string;
  /** Folders that its files may be in, within the one that is given. */
  readonly folders: readonly string[];
  /** The archive that holds it; null: it is published as single files. */
  readonly archive: string | null;
  /** Files that have to be there. */
  readonly files: readonly string[];
  /** @throws AdsamError `data` for files that are damaged. */
  read(place: Place): Promise<Found>;
}
