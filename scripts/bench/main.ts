/** Measures what the bridge costs: `npm run bench`, `npm run bench -- --json`. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { transfer, trivialCall } from "./bridge.ts";
import { help } from "./help.ts";
import type { Figure } from "./statistics.ts";
import { trainingFromBothSides } from "./training.ts";

const { json } = parseArgs({ options: { json: { type: "boolean", default: false } } }).values;

const figures: Figure[] = [help(), await trivialCall(), ...(await transfer()), await trainingFromBothSides()];
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };

if (json) {
  console.log(JSON.stringify({ machine, figures }, undefined, 2));
} else {
  console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}: median (minimum to maximum; count)`);
  for (const { name, median, minimum, maximum, unit, count, target } of figures) {
    const range = [minimum, maximum].map((value) => value.toPrecision(4)).join(" to ");
    console.log(
      `${name.padEnd(46)} ${median.toPrecision(4).padStart(8)} ${unit.padEnd(5)} (${range}; ${count})  ${target}`,
    );
  }
}
