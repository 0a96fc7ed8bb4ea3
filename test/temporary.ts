import { mkdtempSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** A folder that goes when the test that asked for it ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "adsam-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder for all tests of a file, which goes when the last of them has ended. */
export function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "adsam-test-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
