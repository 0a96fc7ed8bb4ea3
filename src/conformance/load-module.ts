import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { AdsamError } from "../errors.ts";

/**
 * What a module of the user's exports, JavaScript or TypeScript, as its file is now.
 * @param what messages call it.
 * @throws AdsamError `file` for a module that cannot be loaded.
 */
export async function loadModule(path: string, what: string): Promise<object> {
  const whole = resolve(path);
  try {
    if (/\.[cm]?tsx?$/.test(whole)) return await loadTypescript(whole);
    const { mtimeMs } = await stat(whole);
    return await import(`${pathToFileURL(whole).href}?${mtimeMs}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const suggestion = reason.includes("No backend found in registry")
      ? "TensorFlow.js is not ready: make tensors within functions, or name tfjs as the backend"
      : undefined;
    throw new AdsamError("file", `cannot load ${what} in ${whole}: ${reason}`, { cause, suggestion });
  }
}

/** Packages are shared with the rest of the program; the user's own files are read again. */
async function loadTypescript(path: string): Promise<object> {
  const jiti = createJiti(import.meta.url, { fsCache: false });
  for (const file of Object.keys(jiti.cache)) if (!file.includes("/node_modules/")) delete jiti.cache[file];
  return await jiti.import<object>(path);
}
