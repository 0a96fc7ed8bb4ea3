import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failures, projectWith, root, runVitest } from "./project.ts";

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

test("TensorFlow.js is ready once the matchers are imported, in every pool, and their documented example passes", async () => {
  const files = { "example.test.ts": await example(), "ready.test.ts": ready, "ready-too.test.ts": ready };
  const report = await runVitest(await projectWith({ "vitest.config.js": config, ...files }), 100_000);
  expect(failures(report)).toEqual([]);
  expect(report).toMatchObject({ success: true, numPassedTests: 6 });
}, 120_000);
