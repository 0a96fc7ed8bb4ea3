import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { AdsamError, type Contract, open } from "../../src/index.ts";
import type { Defined } from "./counts.ts";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** A client that `adsam wrap` has written. */
export interface Wrapped {
  readonly contract: Contract;
  /** Why modules do not import, by name. */
  readonly failed: ReadonlyMap<string, string>;
  /** How many calls of how many functions a program has shown. */
  readonly recorded: { readonly calls: number; readonly functions: number } | undefined;
}

/** A folder for clients, in which the package is found as its users find it. */
export async function project(folder: string): Promise<string> {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await symlink(root, join(folder, "node_modules/adversarial-sampling"));
  await symlink(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  return folder;
}

/** Those of modules that do not import, with the reason. */
export async function failing(modules: readonly string[], folder: string, python: string) {
  await using backend = await open({ backend: "torch", device: "cpu", python });
  const failed = new Map<string, string>();
  for (const module of modules) {
    await backend.contract([module], { folder }).catch((error: unknown) => {
      if (!(error instanceof AdsamError)) throw error;
      failed.set(module, error.message.replace(folder, "its folder"));
    });
  }
  return failed;
}

/** Wraps modules by the command, those that import. */
export async function wrap(
  modules: readonly string[],
  failed: ReadonlyMap<string, string>,
  { folder, python, out, trace }: { folder: string; python: string; out: string; trace?: string | undefined },
): Promise<Wrapped> {
  const words = ["wrap", ...modules.filter((one) => !failed.has(one)), "--folder", folder, "-o", out];
  if (trace !== undefined) words.push("--trace", trace);
  const adsam = [join(root, "dist/cli/main.js"), ...words, "--python", python, "--json"];
  const { stdout } = await run(process.execPath, adsam, { maxBuffer: 2 ** 26 });
  const contract: Contract = JSON.parse(await readFile(out.replace(/\.ts$/, ".contract.json"), "utf8"));
  return { contract, failed, recorded: JSON.parse(stdout).recorded };
}

const options =
  "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck --module nodenext --target es2023 --lib es2023,esnext.disposable --types node --allowImportingTsExtensions";

/** What a compiler has against files of a folder, by its lines. */
export async function compiled(files: readonly string[], folder: string, compiler: "typescript" | "typescript-5-9") {
  const tsc = join(root, "node_modules", compiler, "bin/tsc");
  const { stdout } = await run(process.execPath, [tsc, ...options.split(" "), ...files], {
    cwd: folder,
    maxBuffer: 2 ** 26,
  }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? String(error) }));
  return stdout.split("\n").filter((line) => line !== "");
}

/** What the source of modules defines for callers. */
export async function census(modules: readonly string[], folder: string, python: string): Promise<Defined[]> {
  const { stdout } = await run(python, [join(import.meta.dirname, "census.py"), folder, ...modules], {
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout);
}
