import { existsSync } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { ask } from "../../installation/program.ts";
import { compileAddon, compiledIn, findCompiler } from "./compile.ts";
import type { AddonPlace } from "./place.ts";
import { fetchLibraries, tensorflow } from "./wheel.ts";

export interface BuildOptions {
  /** Pythons to ask for a pip, first come, first served. */
  readonly pythons: readonly string[];
  readonly onLine: (line: string) => void;
}

/** Whether this is a machine that the addon can be built for. */
export const canBuild = process.platform === "linux" && process.arch === "x64";

/**
 * Builds the addon from TensorFlow's wheel and tfjs-node's own sources, and puts it where tfjs-node looks for it.
 * What was downloaded and compiled before is taken from the cache.
 * @throws AdsamError `environment` when the machine lacks something.
 */
export async function buildAddon(place: AddonPlace, { pythons, onLine }: BuildOptions): Promise<void> {
  const libraries = join(place.cache, tensorflow.name);
  if (!existsSync(libraries)) {
    await findCompiler();
    await fetchLibraries(libraries, await findPip(pythons), onLine);
  }
  const addon = compiledIn(place.cache, place.tfjsNode);
  if (!existsSync(addon)) {
    onLine("compiling tfjs-node's addon");
    const unfinished = `${addon}.unfinished`;
    await compileAddon(place.tfjsNode, libraries, unfinished);
    await rename(unfinished, addon);
  }
  await install(place, libraries, addon);
}

/** Links cost no room; another file system gets copies. The addon comes last: without it there is nothing to load. */
async function install(place: AddonPlace, libraries: string, addon: string): Promise<void> {
  const deps = join(place.tfjsNode, "deps");
  await rm(place.addon, { force: true });
  await rm(deps, { recursive: true, force: true });
  for (const name of await readdir(join(libraries, "lib"))) {
    await put(join(libraries, "lib", name), join(deps, "lib", name));
  }
  await put(join(libraries, "LICENSE"), join(deps, "LICENSE"));
  await put(addon, place.addon);
}

async function put(from: string, to: string): Promise<void> {
  const beside = join(dirname(to), `.${basename(to)}.unfinished`);
  await mkdir(dirname(to), { recursive: true });
  await rm(beside, { force: true });
  await link(from, beside).catch(() => copyFile(from, beside));
  await rename(beside, to);
}

async function findPip(pythons: readonly string[]): Promise<string> {
  const refused: string[] = [];
  for (const python of pythons) {
    const answer = await ask(python, ["-I", "-m", "pip", "--version"]);
    if (answer.ok) return python;
    refused.push(`${python} ${answer.reason}`);
  }
  throw new AdsamError("environment", `expected a Python with pip, got: ${refused.join("; ") || "none"}`, {
    suggestion: "install Python's pip (on Debian and Ubuntu the package python3-pip)",
  });
}

/** TensorFlow's builds end the process on a processor without AVX. @throws AdsamError `environment` on one. */
export async function requireAvx(cpuinfo = "/proc/cpuinfo"): Promise<void> {
  const text = await readFile(cpuinfo, "utf8");
  if (/^flags\s*:.*\bavx\b/m.test(text)) return;
  throw new AdsamError("environment", "TensorFlow needs a processor with AVX, which this one lacks");
}
