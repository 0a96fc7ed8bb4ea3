/**
 * What typed clients have of public repositories of this field, which are fetched and not part of the package:
 *
 *     npm run research-code -- CHECKOUTS [--python PYTHON] [--only FOLDER] [--calls] [--trace ROUNDS]
 *
 * CHECKOUTS holds a clone of each, under its name on GitHub. PYTHON has what they import.
 * With --calls the programs of research-code/calls make calls through the clients, and Python alone makes the same.
 * With --trace as well, these calls (or a program of the repository's own) are watched, which says types that nobody says, and
 * what that costs is measured in so many rounds, in turn with the program by itself.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { census, compiled, failing, project, wrap } from "./research-code/clients.ts";
import { type Counts, countsOf, type Defined, type Known, sumOf } from "./research-code/counts.ts";
import { modulesOf, repositories } from "./research-code/repositories.ts";
import { programOf, traceCost } from "./research-code/traced.ts";
import { copyPrograms, tryCalls } from "./research-code/trial.ts";

/** What is known of a repository before it is wrapped. */
interface Read {
  readonly modules: readonly string[];
  readonly failed: ReadonlyMap<string, string>;
  readonly defined: readonly Defined[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: resolve(import.meta.dirname, "../.adsam/venv/bin/python") },
    only: { type: "string" },
    calls: { type: "boolean", default: false },
    trace: { type: "string", default: "0" },
  },
});
const [checkouts] = positionals;
if (checkouts === undefined) throw new Error("expected the folder of the checkouts");
const { python, only, calls } = values;
const rounds = Number(values.trace);

const wanted = repositories.filter(({ folder }) => only === undefined || folder === only);
const folder = await project(await mkdtemp(join(tmpdir(), "adsam-research-")));
const all = new Map<string, Counts>();
const read = new Map<string, Read>();
for (const repository of wanted) {
  const checkout = resolve(checkouts, repository.folder);
  if (!existsSync(checkout)) throw new Error(`expected a clone of ${repository.from} in ${checkout}`);
  const modules = modulesOf(repository, checkout);
  const failed = await failing(modules, checkout, python);
  const out = join(folder, `${repository.folder}.client.ts`);
  const { contract } = await wrap(modules, failed, { folder: checkout, python, out });
  const defined = await census(modules, checkout, python);
  all.set(repository.from, countsOf(defined, contract, failed));
  read.set(repository.folder, { modules, failed, defined });
}
tell(all);
const programs = calls ? await copyPrograms(folder) : [];
const clients = wanted.map((one) => `${one.folder}.client.ts`);
const made = wanted.map(({ folder }) => folder).filter((one) => programs.includes(one));
const files = [...clients, ...made.map((one) => `${one}.ts`)];
for (const compiler of ["typescript", "typescript-5-9"] as const) {
  const faults = await compiled(files, folder, compiler);
  console.log(`${files.length} files, strict, ${compiler}: ${faults.length} errors`);
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`);
}
let [tried, ran] = [0, 0];
for (const name of made) {
  const trial = await tryCalls(name, { folder, checkout: resolve(checkouts, name), python });
  const faults = [...trial].filter(([, fault]) => fault !== undefined);
  console.log(`${name}: ${trial.size - faults.length} of ${trial.size} calls run, as in Python alone`);
  for (const [call, fault] of faults) console.log(`  ${call}: ${fault}`);
  tried += trial.size;
  ran += trial.size - faults.length;
}
if (calls) console.log(`${ran} of ${tried} calls run`);
if (calls && rounds > 0) await traceAll();
await rm(folder, { recursive: true });

/** Counts again, with what programs show, and measures what watching them costs. */
async function traceAll(): Promise<void> {
  const traced = new Map<string, Counts>();
  const files: string[] = [];
  for (const { folder: name, from, program } of wanted) {
    const { modules, failed, defined } = read.get(name) ?? { modules: [], failed: new Map(), defined: [] };
    const place = { folder, checkout: resolve(checkouts ?? "", name), python };
    const trace = programOf(program, name, place);
    const out = join(folder, `${name}.traced.client.ts`);
    const { contract, recorded } = await wrap(modules, failed, { folder: place.checkout, python, out, trace });
    traced.set(from, countsOf(defined, contract, failed));
    files.push(`${name}.traced.client.ts`);
    const imported = modules.filter((one) => !failed.has(one));
    const ratios = await traceCost(imported, trace, place, rounds);
    const [least, middle, most] = [ratios[0], ratios[rounds >> 1], ratios.at(-1)].map((one) => one?.toFixed(2));
    const seen = `${recorded?.calls} calls of ${recorded?.functions} functions`;
    console.log(`${from}: ${seen} seen; watched / by itself ${middle} x (${least} to ${most}; ${rounds})`);
  }
  tell(traced);
  for (const compiler of ["typescript", "typescript-5-9"] as const) {
    const faults = await compiled(files, folder, compiler);
    console.log(`${files.length} traced clients, strict, ${compiler}: ${faults.length} errors`);
    for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`);
  }
}

function tell(counts: ReadonlyMap<string, Counts>): void {
  console.log("| | classes | functions | methods | unreachable | parameters: said, seen, unknown | results |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  const sum = sumOf([...counts.values()]);
  const known = ({ said, seen, unknown }: Known) => `${said}, ${seen}, ${unknown}`;
  for (const [name, { classes, functions, methods, parameters, results, unreachable }] of [
    ...counts,
    ["all", sum],
  ] as const) {
    const missing = [...unreachable.values()].flat().length;
    console.log(
      `| ${name} | ${classes} | ${functions} | ${methods} | ${missing} | ${known(parameters)} | ${known(results)} |`,
    );
  }
  for (const [reason, names] of sum.unreachable) {
    console.log(
      `${names.length} unreachable, ${reason}: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`,
    );
  }
}
