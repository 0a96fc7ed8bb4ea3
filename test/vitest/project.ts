import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { temporaryFolder } from "../temporary.ts";

export const root = resolve(import.meta.dirname, "../..");

/** What vitest says of a run. */
interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[];
  }[];
}

/** Why tests and files have failed. */
export function failures({ testResults }: VitestReport): string[] {
  return testResults
    .filter(({ status }) => status !== "passed")
    .flatMap(({ message, assertionResults }) => [message, ...assertionResults.flatMap((one) => one.failureMessages)]);
}

/** A project of a user's with these files, and the package installed. */
export async function projectWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  const modules = join(folder, "node_modules");
  const sources = {
    "adversarial-sampling": root,
    vitest: join(root, "node_modules/vitest"),
    "@tensorflow/tfjs-core": join(root, "node_modules/@tensorflow/tfjs-core"),
  };
  for (const [name, source] of Object.entries(sources)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(source, join(modules, name));
  }
  for (const [name, text] of Object.entries({ "package.json": '{ "type": "module" }', ...files })) {
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** Runs vitest in a project, and hands over its report. */
export async function runVitest(folder: string, timeout: number): Promise<VitestReport> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const words = [vitest, "run", "--root", folder, "--reporter", "json"];
  const { code, signal, stdout, stderr } = await promisify(execFile)(process.execPath, words, {
    cwd: root,
    timeout,
    killSignal: "SIGKILL",
  }).catch((ended) => ended);
  expect({ signal: signal ?? undefined, json: stdout.includes("{") }, `code ${code}: ${stderr}`).toEqual({
    signal: undefined,
    json: true,
  });
  return JSON.parse(stdout.slice(stdout.indexOf("{")));
}
