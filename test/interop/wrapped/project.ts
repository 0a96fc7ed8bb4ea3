import { execFile } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export const root = resolve(import.meta.dirname, "../../..");
export const modules = join(root, "test/fixtures/python");
const run = promisify(execFile);
export const ended = (command: string, words: readonly string[], cwd = root) =>
  run(command, words, { cwd }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
export const adsam = (...words: string[]) => ended(process.execPath, [join(root, "dist/cli/main.js"), ...words]);

/** A project of a user's, with a client for a module. */
export async function project(folder: string): Promise<string> {
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules/adversarial-sampling"));
  await symlink(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

/** Runs TypeScript of a project's, and says what it printed. */
export async function ran(folder: string, text: string): Promise<string> {
  await writeFile(join(folder, "use.ts"), text);
  const { stdout, stderr } = await ended(
    process.execPath,
    [join(root, "node_modules/tsx/dist/cli.mjs"), "use.ts"],
    folder,
  );
  return stdout + stderr;
}

/** What the compiler has against a project's `use.ts`. */
export async function compiled(folder: string, compiler = "typescript"): Promise<string> {
  const options =
    "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck --module nodenext --target es2023 --lib es2023,esnext.disposable --types node --allowImportingTsExtensions";
  const tsc = join(root, "node_modules", compiler, "bin/tsc");
  return (await ended(process.execPath, [tsc, ...options.split(" "), "use.ts"], folder)).stdout;
}

/** What a program beside this file comes to in a project, and what the compilers of either TypeScript have against it. */
export async function used(
  folder: string,
  program: string,
): Promise<[Awaited<ReturnType<typeof ended>>, string, string]> {
  await cp(join(import.meta.dirname, program), join(folder, "use.ts"));
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  return Promise.all([
    ended(process.execPath, [tsx, "use.ts", modules], folder),
    compiled(folder, "typescript"),
    compiled(folder, "typescript-5-9"),
  ]);
}
