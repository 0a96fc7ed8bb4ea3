import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { ask, follow } from "../../installation/program.ts";
import type { AddonPlace } from "./place.ts";

// Node-API keeps its promise to old addons: one that asks for version 8 serves every Node that this package does.
const flags = ["-std=c++17", "-O2", "-fPIC", "-shared", "-w", "-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION"];
const libraryNames = ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"];
// Where the addon looks for the libraries, seen from itself: the whole may be moved.
const runPath = ["-Wl,--enable-new-dtags", "-Wl,-rpath,$ORIGIN/../../deps/lib"];

/** The C++ compiler of CXX, or g++. @throws AdsamError `environment` when there is none. */
export async function findCompiler(): Promise<string> {
  const compiler = process.env.CXX || "g++";
  const answer = await ask(compiler, ["--version"]);
  if (answer.ok) return compiler;
  throw new AdsamError("environment", `expected a C++ compiler, got ${compiler}, which ${answer.reason}`, {
    suggestion: "install g++ (on Debian and Ubuntu the package g++), or name another compiler with CXX",
  });
}

/**
 * Compiles the addon of the tfjs-node in the folder `tfjsNode` to the file `addon`, against the `libraries` of `fetchLibraries`.
 * @throws AdsamError `environment` with the compiler's first error.
 */
export async function compileAddon(tfjsNode: string, libraries: string, addon: string): Promise<void> {
  const compiler = await findCompiler();
  const { include_dir: nodeHeaders }: { include_dir: string } = createRequire(import.meta.url)("node-api-headers");
  const headers = [`-I${join(libraries, "include")}`, `-I${nodeHeaders}`, `-I${bindingOf(tfjsNode)}`];
  const linked = [`-L${join(libraries, "lib")}`, ...libraryNames, ...runPath];
  const folder = await mkdtemp(`${addon}-`);
  try {
    const sources = sourcesOf(tfjsNode).map(({ name, text }) => ({ path: join(folder, name), text }));
    await Promise.all(sources.map(({ path, text }) => writeFile(path, text)));
    const options = [...flags, ...headers, ...sources.map(({ path }) => path), ...linked, "-o", addon];
    const outcome = await follow(compiler, options, () => {}, { ...process.env, LC_ALL: "C" });
    if (outcome.ok) return;
    const first = outcome.lines.find((line) => line.includes("error")) ?? outcome.lines[0] ?? "it said nothing";
    throw new AdsamError("environment", `${compiler} could not compile tfjs-node's addon: ${first}`, {
      suggestion: "install a g++ that knows C++17, or name one with CXX",
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the compiled addon depends on, in a few letters. */
function addonKey(tfjsNode: string): string {
  const hash = createHash("sha256").update([...flags, ...runPath].join(" "));
  for (const { text } of sourcesOf(tfjsNode)) hash.update(text);
  return hash.digest("hex").slice(0, 12);
}

/** The file in the folder `cache` that an addon is compiled to. */
export const compiledIn = (cache: string, tfjsNode: string): string =>
  join(cache, `tfjs_binding-${addonKey(tfjsNode)}.node`);

/** Whether the addon was compiled to the cache by another version of this package. */
export function isOutdated({ addon, cache, tfjsNode }: AddonPlace): boolean {
  if (!existsSync(addon) || !existsSync(cache)) return false;
  const bytes = readFileSync(addon);
  const others = readdirSync(cache)
    .filter((name) => /^tfjs_binding-\w+\.node$/.test(name))
    .map((name) => join(cache, name))
    .filter((path) => path !== compiledIn(cache, tfjsNode));
  return others.some((path) => readFileSync(path).equals(bytes));
}

const bindingOf = (tfjsNode: string): string => join(tfjsNode, "binding");

/**
 * tfjs-node 4.22 keeps the names of attributes in a set that all threads of a process write without a lock: worker threads that
 * compute at once, as in vitest's pools `threads` and `vmThreads`, corrupt it, and the process hangs or crashes. A name is used
 * by the operation of its own thread alone, so that each thread gets a set of its own.
 */
const shared = /^static (?=std::set<std::string> ATTR_NAME_SET;$)/m;

function sourcesOf(tfjsNode: string): { name: string; text: string }[] {
  const folder = bindingOf(tfjsNode);
  const names = readdirSync(folder).filter((name) => name.endsWith(".cc"));
  return names.sort().map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return { name, text: text.replace(shared, "static thread_local ") };
  });
}
