import { homedir } from "node:os";
import { join } from "node:path";
import type { PublishedName } from "../names.ts";

/**
 * Where `adsam data fetch` puts a data set, and where it is looked for when no folder is said: in the folder that ADSAM_DATA
 * names, otherwise in `adsam/data` of the user's cache (XDG_CACHE_HOME, or ~/.cache).
 */
export function fetchedFolder(name: PublishedName): string {
  const { ADSAM_DATA: own, XDG_CACHE_HOME: cache } = process.env;
  return join(own || join(cache || join(homedir(), ".cache"), "adsam", "data"), name.toLowerCase());
}
