import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Stamp } from "../../installation/stamp.ts";
import { isOutdated } from "./compile.ts";
import type { AddonPlace } from "./place.ts";

/** Whether the addon is the one that was tried here, and not an older version's. Reads a few small files and loads nothing. */
export function addonIsCurrent(place: AddonPlace): boolean {
  return stampOf(place).isCurrent() && !isOutdated(place);
}

/** To be written once the addon has computed something. */
export async function writeAddonStamp(place: AddonPlace): Promise<void> {
  await stampOf(place).write();
}

function stampOf(place: AddonPlace): Stamp {
  return new Stamp(place.stamp, () => {
    const addon = createHash("sha256").update(readFileSync(place.addon)).digest("hex");
    const folder = join(place.tfjsNode, "deps/lib");
    const libraries = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]);
    return { addon, libraries: Object.fromEntries(libraries) };
  });
}
