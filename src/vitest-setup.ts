/**
 * One Python for all test files, started before the first test and ended after the last. Name it in vitest's configuration:
 *
 *     export default defineConfig({ test: { globalSetup: ["adversarial-sampling/vitest-setup"] } });
 */
import "./disposal.ts";
import { relative } from "node:path";
import type { TestProject, Vitest } from "vitest/node";
import { SharedTorch } from "./vitest/shared.ts";
import { Uses } from "./vitest/uses.ts";

/** Of all projects of a run, and how many of them have not ended. */
let shared: Promise<SharedTorch> | undefined;
let projects = 0;

/**
 * Starts Python; in watch mode another one for each run, since Python imports a module once, and an edited Python file runs those
 * tests again that use it.
 * @returns what ends it.
 * @throws AdsamError `environment` where there is none that serves.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  projects += 1;
  shared ??= SharedTorch.start(usesIn(project.vitest));
  const torch = await shared;
  project.provide("adsamTorch", torch.path);
  if (projects === 1) project.onTestsRerun((tests) => torch.restart(tests.map(({ moduleId }) => moduleId)));
  return async () => {
    projects -= 1;
    if (projects > 0) return;
    shared = undefined;
    await torch.close();
  };
}

/** In watch mode, what runs the tests again that use an edited Python file. */
function usesIn({ config, vite }: Vitest): Uses | undefined {
  if (!config.watch) return undefined;
  const uses = new Uses((place) => {
    if (relative(vite.config.root, place).startsWith("..")) vite.watcher.add(place); // what is inside is watched
  });
  const trigger = { pattern: /\.py$/, testsToRun: (file: string) => uses.testsOf(file) };
  config.watchTriggerPatterns = [...(config.watchTriggerPatterns ?? []), trigger];
  return uses;
}
