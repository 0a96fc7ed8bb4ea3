import { type ChildProcess, spawn } from "node:child_process";
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

/** What one of pythonia's files may touch; the names are the parameters that it is compiled with. */
interface Scope {
  readonly require: (name: string) => unknown;
  readonly module: { exports: unknown };
  readonly __dirname: string;
  readonly process: { readonly env: NodeJS.ProcessEnv; readonly platform: string; readonly versions: object };
  readonly globalThis: object;
  readonly window: undefined;
  readonly setInterval: () => void;
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
  const pythonia = runFile(createRequire(import.meta.url).resolve("pythonia"), {
    process: {
      env: { REQ_TIMEOUT: "0" }, // training outlasts any limit
      platform: process.platform,
      versions: process.versions,
    },
    globalThis: {},
    window: undefined,
    setInterval: () => {}, // it would look once a second for objects to free, and all that crosses here is text
    child_process: {
      // Its stdin is not ours to give, nor our stdout its to write on: that may be a document.
      spawn: (_: string, args: readonly string[]) =>
        spawn(python, [...args, ...folders], { stdio: ["ignore", 2, 2, "ipc"], env: pythonVariables() }),
    },
  }) as Pythonia;
  return { process: pythonia.com.proc, door: pythonia.python("adsam_bridge.dispatch") };
}

type Surroundings = Omit<Scope, "require" | "module" | "__dirname"> & { readonly child_process: object };

/** What a CommonJS file exports; the files beside it that it requires are run as well, other modules are Node's. */
function runFile(path: string, { child_process, ...surroundings }: Surroundings): unknown {
  const scope: Scope = {
    ...surroundings,
    module: { exports: {} },
    __dirname: dirname(path),
    require: (name) => {
      if (name === "child_process") return child_process;
      if (name.startsWith("./")) return runFile(`${join(dirname(path), name)}.js`, { child_process, ...surroundings });
      return createRequire(path)(name);
    },
  };
  compileFunction(readFileSync(path, "utf8"), Object.keys(scope), { filename: path })(...Object.values(scope));
  return scope.module.exports;
}
