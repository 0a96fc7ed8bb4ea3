import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary.ts";

const root = resolve(import.meta.dirname, "../..");

/** The example in the comment of src/vitest.ts. */
async function example(): Promise<string> {
  const [comment = ""] = /\/\*\*.*?\*\//s.exec(await readFile(join(root, "src/vitest.ts"), "utf8")) ?? [];
  const lines = comment.split("\n").flatMap((line) => (line.startsWith(" *     ") ? line.slice(7) : []));
  return lines.join("\n");
}

const ready = `
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import "adversarial-sampling/vitest";

const given = tf.tensor([-1, 2]);

test("a tensor is made before any test runs, by TensorFlow", () => {
  expect(tf.getBackend()).toBe("tensorflow");
  expect([...tf.relu(given).dataSync()]).toEqual([0, 2]);
});
`;

const config = `
const project = (pool, ...include) => ({ test: { name: pool, pool, include, testTimeout: 60_000 } });
export default {
  test: {
    maxWorkers: 2,
    projects: [
      project("threads", "ready.test.ts", "ready-too.test.ts"),
      project("vmThreads", "example.test.ts", "ready.test.ts", "ready-too.test.ts"),
      project("vmForks", "ready.test.ts"),
    ],
  },
};
`;

/** A project of a user's, with the package installed. */
async function project(): Promise<string> {
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
  const files = {
    "package.json": '{ "type": "module" }',
    "vitest.config.js": config,
    "example.test.ts": await example(),
  };
  for (const [name, text] of Object.entries({ ...files, "ready.test.ts": ready, "ready-too.test.ts": ready }))
    await writeFile(join(folder, name), text);
  return folder;
}

test("TensorFlow.js is ready once the matchers are imported, in every pool, and their documented example passes", async () => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const words = [vitest, "run", "--root", await project(), "--reporter", "json"];
  const { code, signal, stdout, stderr } = await promisify(execFile)(process.execPath, words, {
    cwd: root,
    timeout: 100_000,
    killSignal: "SIGKILL",
  }).catch((ended) => ended);
  expect({ signal, json: stdout.includes("{") }, `code ${code}: ${stderr}`).toEqual({ signal: undefined, json: true });
  const report = JSON.parse(stdout.slice(stdout.indexOf("{")));
  expect(report.testResults.filter(({ status }: { status: string }) => status !== "passed")).toEqual([]);
  expect(report).toMatchObject({ success: true, numPassedTests: 6 });
}, 120_000);
