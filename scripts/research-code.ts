/**
 * What typed clients have of public repositories of this field, which are fetched and not part of the package:
 *
 *     npm run research-code -- CHECKOUTS [--python PYTHON] [--only FOLDER] [--calls]
 *
 * CHECKOUTS holds a clone of each, under its name on GitHub. PYTHON has what they import.
 * With --calls the programs of research-code/calls make calls through the clients, and Python alone makes the same.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { census, compiled, failing, project, wrap } from "./research-code/clients.ts";
import { type Counts, countsOf, type Known, sumOf } from "./research-code/counts.ts";
import { modulesOf, repositories } from "./research-code/repositories.ts";
import { copyPrograms, tryCalls } from "./research-code/trial.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: resolve(import.meta.dirname, "../.adsam/venv/bin/python") },
    only: { type: "string" },
    calls: { type: "boolean", default: false },
  },
});
const [checkouts] = positionals;
if (checkouts === undefined) throw new Error("expected the folder of the checkouts");
const { python, only, calls } = values;

const wanted = repositories.filter(({ folder }) => only === undefined || folder === only);
const folder = await project(await mkdtemp(join(tmpdir(), "adsam-research-")));
const all = new Map<string, Counts>();
for (const repository of wanted) {
  const checkout = resolve(checkouts, repository.folder);
  if (!existsSync(checkout)) throw new Error(`expected a clone of ${repository.from} in ${checkout}`);
  const modules = modulesOf(repository, checkout);
  const failed = await failing(modules, checkout, python);
  const out = join(folder, `${repository.folder}.client.ts`);
  const { contract } = await wrap(modules, failed, { folder: checkout, python, out });
  all.set(repository.from, countsOf(await census(modules, checkout, python), contract, failed));
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
await rm(folder, { recursive: true });

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
