import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { type Home, ownHome } from "../../installation/home.ts";

/** Where the native addon of tfjs-node goes, and where what it is built from is kept. */
export interface AddonPlace {
  /** The folder of the package @tensorflow/tfjs-node. */
  readonly tfjsNode: string;
  readonly addon: string;
  /** Written last: an addon without it has not been tried yet. */
  readonly stamp: string;
  /** Outside node_modules, so that reinstalling the packages does not cost a download. */
  readonly cache: string;
  readonly lock: string;
}

/** The file that tfjs-node loads: Node-API 8 is the newest version that it knows, whatever Node's is. */
export const addonIn = (tfjsNode: string): string => join(tfjsNode, "lib/napi-v8/tfjs_binding.node");

/** The place for the tfjs-node in the folder `tfjsNode`, with `home` for what outlives it. */
export function addonPlaceOf(tfjsNode: string, { folder }: Home): AddonPlace {
  return {
    tfjsNode,
    addon: addonIn(tfjsNode),
    stamp: join(tfjsNode, "lib/adsam-stamp.json"),
    cache: join(folder, "tfjs"),
    lock: join(folder, "tfjs.lock"),
  };
}

/**
 * The place of the tfjs-node that this package finds.
 * @throws AdsamError `environment` when it finds none: as an optional dependency it is left out when its own install script fails,
 * which downloads from a host that many networks refuse.
 */
export function ownAddonPlace(): AddonPlace {
  try {
    const manifest = createRequire(import.meta.url).resolve("@tensorflow/tfjs-node/package.json");
    return addonPlaceOf(dirname(manifest), ownHome);
  } catch (cause) {
    const message = "@tensorflow/tfjs-node is not installed, `npm install --ignore-scripts` brings it back";
    throw new AdsamError("environment", message, { cause });
  }
}
