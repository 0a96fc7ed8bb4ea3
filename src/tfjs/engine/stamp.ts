import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AddonPlace } from "./place.ts";

/** Whether the addon is the one that was tried here. Reads a small file or two and loads nothing. */
export function addonIsCurrent(place: AddonPlace): boolean {
  try {
    return readFileSync(place.stamp, "utf8") === stampOf(place);
  } catch {
    return false;
  }
}

/** To be written once the addon has computed something. */
export function writeAddonStamp(place: AddonPlace): void {
  const beside = `${place.stamp}.${process.pid}`;
  writeFileSync(beside, stampOf(place));
  renameSync(beside, place.stamp);
}

function stampOf(place: AddonPlace): string {
  const addon = createHash("sha256").update(readFileSync(place.addon)).digest("hex");
  const folder = join(place.tfjsNode, "deps/lib");
  const libraries = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]);
  return `${JSON.stringify({ addon, libraries: Object.fromEntries(libraries) }, null, 2)}\n`;
}
