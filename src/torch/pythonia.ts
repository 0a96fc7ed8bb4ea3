import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import { pythonVariables } from "./environment/variables.ts";

/** `adsam_bridge.dispatch` in a Python process: the one function that everything crosses through. */
export interface Door {
  dispatch(text: string): Promise<string>;
}

/** The part of pythonia that a session uses; its own types say `any`. */
interface Pythonia {
  readonly python: (module: string) => Promise<Door>;
  readonly com: { readonly proc: ChildProcess };
}

/** What pythonia's files find in place of what Node, or a test runner, would give them. */
interface Surroundings {
  readonly modules: Readonly<Record<string, unknown>>;
  readonly globals: Readonly<Record<string, unknown>>;
}

/**
 * Starts `python` and opens the bridge to it. The session's folders are its arguments: it removes them if Node cannot.
 *
 * pythonia starts its Python when it is loaded, as the environment says at that moment, keeps one process a module, and
 * leaves its bridge behind as a global. So its files are run here for this one process alone, with an environment and
 * globals of their own: a pythonia that the user loads, before or after, has nothing to do with this one, and neither
 * has a test runner that puts another `require`, `process` or `setInterval` in place.
 */
export function startPythonia(
  python: string,
  folders: readonly string[],
): { readonly process: ChildProcess; readonly door: Promise<Door> } {
  // Its stdin is not ours to give, nor our stdout its to write on: that may be a document.
  const options: SpawnOptions = { stdio: ["ignore", 2, 2, "ipc"], env: pythonVariables() };
  const pythonia = runFile(createRequire(import.meta.url).resolve("pythonia"), {
    modules: {
      child_process: { spawn: (_: string, args: readonly string[]) => spawn(python, [...args, ...folders], options) },
    },
    globals: {
      process: { platform: process.platform, versions: process.versions, env: { REQ_TIMEOUT: "0" } }, // training outlasts any limit
      globalThis: {},
      window: undefined,
      setInterval: () => {}, // it would look once a second for objects to free, and all that crosses here is text
    },
  }) as Pythonia;
  return { process: pythonia.com.proc, door: pythonia.python("adsam_bridge.dispatch") };
}

/** What a CommonJS file exports. Files beside it that it requires are run likewise; other modules are Node's. */
function runFile(path: string, surroundings: Surroundings): unknown {
  const { modules, globals } = surroundings;
  const require = (name: string): unknown => {
    if (name in modules) return modules[name];
    if (name.startsWith("./")) return runFile(`${join(dirname(path), name)}.js`, surroundings);
    return createRequire(path)(name);
  };
  const module = { exports: {} as unknown };
  const scope = { ...globals, require, module, __dirname: dirname(path) };
  compileFunction(readFileSync(path, "utf8"), Object.keys(scope), { filename: path })(...Object.values(scope));
  return module.exports;
}
