import { execFile } from "node:child_process";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** What came of one call, here and in Python alone. */
interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
}

/** The calls of a repository: by name, what is wrong with each, or nothing. */
export type Trial = ReadonlyMap<string, string | undefined>;

/** Where the clients, a checkout and its Python are. */
export interface Place {
  readonly folder: string;
  readonly checkout: string;
  readonly python: string;
}

/** The file that alone.py takes the calls of a repository from, once they have been made here. */
export const callsFile = (folder: string, name: string): string => join(folder, `${name}.calls.json`);

/** Copies the programs that make calls to where the clients are; which of the repositories have one. */
export async function copyPrograms(folder: string): Promise<string[]> {
  const from = join(import.meta.dirname, "calls");
  const files = await readdir(from);
  for (const file of files) await copyFile(join(from, file), join(folder, file));
  return files.filter((file) => file !== "tried.ts").map((file) => file.replace(/\.ts$/, ""));
}

/** Makes the calls of a repository through its typed client, and in Python alone, and compares what came of them. */
export async function tryCalls(name: string, { folder, checkout, python }: Place): Promise<Trial> {
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const words = [tsx, `${name}.ts`, checkout, python, import.meta.dirname];
  const options = { cwd: folder, maxBuffer: 2 ** 28 };
  const { stdout } = await run(process.execPath, words, options);
  const { preamble, outcomes } = JSON.parse(stdout) as {
    preamble: string;
    outcomes: Record<string, Outcome & { code: string }>;
  };
  const calls = Object.fromEntries(Object.entries(outcomes).map(([call, { code }]) => [call, code]));
  const file = callsFile(folder, name);
  await writeFile(file, JSON.stringify({ preamble, calls }));
  const answers = await run(python, [join(import.meta.dirname, "alone.py"), checkout, file], options);
  const alone: Record<string, Outcome> = JSON.parse(answers.stdout);
  return new Map(Object.entries(outcomes).map(([call, one]) => [call, faultOf(one, alone[call])]));
}

function faultOf({ value, error }: Outcome, alone: Outcome | undefined): string | undefined {
  if (alone === undefined || alone.error !== undefined) return `Python alone: ${alone?.error ?? "no answer"}`;
  if (error !== undefined) return error;
  return departure(value, alone.value);
}

/** Where two results part; numbers are compared to float32's rounding of a few operations. */
function departure(ours: unknown, alone: unknown, where = "the result"): string | undefined {
  if (typeof ours === "number" && typeof alone === "number") {
    return Math.abs(ours - alone) <= 1e-5 * Math.max(1, Math.abs(alone))
      ? undefined
      : `${where}: ${ours}, not ${alone}`;
  }
  if (typeof ours !== "object" || ours === null || typeof alone !== "object" || alone === null) {
    return ours === alone ? undefined : `${where}: ${JSON.stringify(ours)}, not ${JSON.stringify(alone)}`;
  }
  const keys = new Set([...Object.keys(ours), ...Object.keys(alone)]);
  for (const key of keys) {
    const found = departure(Reflect.get(ours, key), Reflect.get(alone, key), `${where}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
