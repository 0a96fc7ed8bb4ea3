import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { homeOf } from "../../src/installation/home.ts";
import { type AddonPlace, addonPlaceOf, ownAddonPlace } from "../../src/tfjs/engine/place.ts";

/** A tfjs-node without an addon in the project `root`, with this project's other packages beside it. */
export function copyTfjsNode(root: string): AddonPlace {
  const { tfjsNode } = ownAddonPlace();
  const copy = join(root, "node_modules/@tensorflow/tfjs-node");
  const made = new Set(["deps", "lib"]);
  cpSync(tfjsNode, copy, {
    recursive: true,
    filter: (path) => !made.has(relative(tfjsNode, path)),
  });
  borrow(dirname(tfjsNode), dirname(copy));
  borrow(join(tfjsNode, "../.."), join(root, "node_modules"));
  return addonPlaceOf(copy, homeOf(root));
}

function borrow(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const there = new Set(readdirSync(to));
  for (const name of readdirSync(from)) {
    if (!there.has(name) && !name.startsWith(".")) symlinkSync(join(from, name), join(to, name));
  }
}
