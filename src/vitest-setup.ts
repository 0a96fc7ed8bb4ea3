/**
 * One Python for all test files, started before the first test and ended after the last. Name it in vitest's configuration:
 *
 *     export default defineConfig({ test: { globalSetup: ["adversarial-sampling/vitest-setup"] } });
 */
import "./disposal.ts";
import type { TestProject } from "vitest/node";
import { SharedTorch } from "./vitest/shared.ts";

/** Of all projects of a run, and how many of them have not ended. */
let shared: Promise<SharedTorch> | undefined;
let projects = 0;

/**
 * Starts Python; in watch mode another one for each run, since Python imports a module once.
 * @returns what ends it.
 * @throws AdsamError `environment` where there is none that serves.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  projects += 1;
  shared ??= SharedTorch.start();
  const torch = await shared;
  project.provide("adsamTorch", torch.path);
  if (projects === 1) project.onTestsRerun(() => torch.restart());
  return async () => {
    projects -= 1;
    if (projects > 0) return;
    shared = undefined;
    await torch.close();
  };
}
