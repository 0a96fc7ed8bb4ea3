import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

export const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The package as users have it: compiled, packed, and unpacked beside what it depends on. */
export interface Packed extends AsyncDisposable {
  /** Where users write: `node_modules` lies in it, and the files of `consumer`. */
  readonly folder: string;
  /** Of the package, within that. */
  readonly unpacked: string;
}

export async function pack(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), "adsam-packed-"));
  const [source, unpacked] = [join(folder, "source"), join(folder, "node_modules/adversarial-sampling")];
  await copySource(source);
  await compile(join(source, "dist"));
  await mkdir(unpacked, { recursive: true });
  // It is compiled already: `prepack` would need all that compiles it.
  const words = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  const { stdout } = await run("npm", words, { cwd: source });
  await run("tar", ["xzf", join(folder, stdout.trim()), "--strip-components=1", "-C", unpacked]);
  await linkDependencies(join(folder, "node_modules"));
  await cp(join(import.meta.dirname, "consumer"), folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  return { folder, unpacked, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function manifest(): Promise<Record<"dependencies" | "peerDependencies", Record<string, string>>> {
  return JSON.parse(await readFile(join(root, "package.json"), "utf8"));
}

async function copySource(folder: string): Promise<void> {
  const parts = ["package.json", "README.md", "LICENSE", "data", "python"];
  await Promise.all(parts.map((part) => cp(join(root, part), join(folder, part), { recursive: true })));
}

/** As the build does, but elsewhere. */
async function compile(target: string): Promise<void> {
  await run(process.execPath, [tsc("typescript"), "-p", join(root, "tsconfig.build.json"), "--outDir", target]);
}

function tsc(typescript: Compiler): string {
  return join(root, "node_modules", typescript, "bin/tsc");
}

async function linkDependencies(modules: string): Promise<void> {
  const { dependencies, peerDependencies } = await manifest();
  for (const name of [...Object.keys(dependencies), ...Object.keys(peerDependencies), "@types/node", "@types/long"]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
}

export type Compiler = "typescript" | "typescript-5-9";

export interface Project {
  readonly files: readonly string[];
  readonly resolution: "nodenext" | "bundler";
  /** What TypeScript itself declares, beside the language. */
  readonly lib?: readonly string[];
  readonly types?: readonly string[];
}

/** What a compiler says, line by line, of a project of a user's; the files of libraries are checked too. */
export async function compiled(
  compiler: Compiler,
  folder: string,
  { files, resolution, lib = [], types = [] }: Project,
  ...options: string[]
): Promise<string[]> {
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022", ...lib],
    types: ["node", ...types],
    module: resolution === "bundler" ? "esnext" : resolution,
    moduleResolution: resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const project = join(folder, `tsconfig.${files.join("-")}.${compiler}.${resolution}.json`);
  await writeFile(project, JSON.stringify({ compilerOptions, files }));
  const call = [tsc(compiler), "-p", project, "--pretty", "false", ...options];
  const { stdout } = await run(process.execPath, call).catch((failure: { stdout: string }) => failure);
  return stdout.split("\n").filter((line) => line !== "");
}
