import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { ask, follow } from "../../installation/program.ts";

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
  const headers = [`-I${join(libraries, "include")}`, `-I${nodeHeaders}`];
  const linked = [`-L${join(libraries, "lib")}`, ...libraryNames, ...runPath];
  const options = [...flags, ...headers, ...sourcesOf(tfjsNode), ...linked, "-o", addon];
  const outcome = await follow(compiler, options, () => {}, { ...process.env, LC_ALL: "C" });
  if (outcome.ok) return;
  const first = outcome.lines.find((line) => line.includes("error")) ?? outcome.lines[0] ?? "it said nothing";
  throw new AdsamError("environment", `${compiler} could not compile tfjs-node's addon: ${first}`, {
    suggestion: "install a g++ that knows C++17, or name one with CXX",
  });
}

/** What the compiled addon depends on, in a few letters. */
export function addonKey(tfjsNode: string): string {
  const hash = createHash("sha256").update([...flags, ...runPath].join(" "));
  for (const path of sourcesOf(tfjsNode)) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 12);
}

function sourcesOf(tfjsNode: string): string[] {
  const folder = join(tfjsNode, "binding");
  const names = readdirSync(folder).filter((name) => name.endsWith(".cc"));
  return names.sort().map((name) => join(folder, name));
}
