import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../src/package.ts";
import { type Figure, spread } from "./statistics.ts";

/** The built command's `--help`, Node's own start included. */
export function help(rounds = 15): Figure {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, [join(packageRoot, "dist/cli/main.js"), "--help"]);
    if (status !== 0) throw new Error(`adsam --help ended with ${status}`);
    times.push(performance.now() - start);
  }
  return { name: "adsam --help", unit: "ms", ...spread(times), target: "<= 150" };
}
