import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../package.ts";
import { figure } from "../figure.ts";
import type { Suite } from "../suite.ts";

const name = "adsam --help";

export const help: Suite = {
  about: "how soon the built command shows its help, Node's own start included",
  async measure({ effort, signal }) {
    const program = join(packageRoot, "dist/cli/main.js");
    if (!existsSync(program)) return [{ name, reason: "the package is not built (npm run build)" }];
    const times: number[] = [];
    for (let round = 0; round < 2 * effort.rounds; round++) {
      signal?.throwIfAborted();
      const start = performance.now();
      const { status } = spawnSync(process.execPath, [program, "--help"]);
      if (status !== 0) return [{ name, reason: `it ended with ${status}` }];
      times.push(performance.now() - start);
    }
    return [figure(name, "ms", times, { atMost: 150 })];
  },
};
