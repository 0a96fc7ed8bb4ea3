/** How many planted faults `bisectPort` finds, in ports of research code that is fetched and not part of the package. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { gaussian } from "../src/conformance/random.ts";
import { bisectPort, type NamedTensors, open, type PortBisection, tensor } from "../src/index.ts";
import { type Fault, type Program, programs } from "./faults/planted.ts";

const root = process.env.ADSAM_RESEARCH ?? resolve("research");
if (!existsSync(root)) {
  process.stdout.write(
    `skipped: no checkouts in ${root}; clone the repositories of scripts/faults/programs.py there\n`,
  );
  process.exit(0);
}
process.env.ADSAM_RESEARCH = root;
const wanted = process.argv[2];

function inputsOf({ inputs, scale: all = 1 }: Program): NamedTensors {
  const made = Object.entries(inputs).map(([name, said], k) => {
    if (typeof said === "string") {
      const [, below = "1", count = "1"] = said.split(":");
      return [
        name,
        tensor(BigInt64Array.from({ length: Number(count) }, (_, i) => BigInt((i * 7 + 3 * k + 1) % Number(below)))),
      ] as const;
    }
    const n = said.reduce((a, b) => a * b, 1);
    const scale = said.length > 1 && name.includes("w") ? 0.5 : all;
    return [
      name,
      tensor(
        Float32Array.from(gaussian(k + 1, n), (x) => scale * x),
        said,
      ),
    ] as const;
  });
  return Object.fromEntries(made);
}

interface Outcome {
  readonly found: boolean;
  readonly located: boolean;
  readonly kind: "right" | "wrong" | "none";
}

function judge({ departure }: PortBisection, [, line, kind]: Fault): Outcome {
  if (departure === null) return { found: false, located: false, kind: "none" };
  const located = line.split("|").some((part) => departure.python.text.includes(part));
  const said = departure.fault?.kind;
  return {
    found: true,
    located,
    kind: said === undefined ? "none" : kind?.split("|").includes(said) ? "right" : "wrong",
  };
}

await using backend = await open({ backend: "torch", device: "cpu" });
await using twin = await open({ backend: "tfjs" });
const outcomes: Outcome[] = [];
const began = performance.now();
for (const program of programs) {
  const ask = (name: string) =>
    bisectPort(twin, backend, {
      torch: `programs:${program.torch}`,
      folder: resolve(import.meta.dirname, "faults"),
      port: (t: never) => program.port(t, (planted) => planted === name),
      call: "named",
      inputs: inputsOf(program),
      differentiate: program.differentiate,
    });
  if (wanted === undefined || program.torch === wanted) {
    const right = await ask("");
    process.stdout.write(
      `${program.torch}: ${right.departure === null ? "agrees" : `FALSE ALARM ${JSON.stringify(right.departure)}`}\n`,
    );
  } else continue;
  for (const fault of program.faults) {
    const found = await ask(fault[0]).catch((error: unknown) => String(error));
    if (typeof found === "string") {
      process.stdout.write(`  ERROR ${fault[0]}: ${found}\n`);
      continue;
    }
    const outcome = judge(found, fault);
    outcomes.push(outcome);
    const { departure } = found;
    const said = departure?.fault ? `${departure.fault.kind}: ${departure.fault.detail}` : "no guess";
    const mark = outcome.located ? "line " : outcome.found ? "found" : "LOST ";
    process.stdout.write(
      `  ${mark} ${outcome.kind.padEnd(5)} ${fault[0]} (${fault[2]}): ${departure?.python.operation} ${departure?.python.line} ${departure?.python.text} | ${departure?.port?.operation} ${departure?.port?.file.split("/").at(-1)}:${departure?.port?.line} | ${said}\n`,
    );
  }
}
const count = (test: (one: Outcome) => boolean) => outcomes.filter(test).length;
process.stdout.write(
  `${outcomes.length} faults: ${count((o) => o.found)} found, ${count((o) => o.located)} located to the line, ` +
    `kind right in ${count((o) => o.kind === "right")}, wrong in ${count((o) => o.kind === "wrong")}; ${((performance.now() - began) / 1000).toFixed(0)} s\n`,
);
