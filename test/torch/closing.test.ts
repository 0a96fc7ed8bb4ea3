import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { open } from "../../src/index.ts";
import { tensor } from "../../src/tensor.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "adsam-closing-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

test("training that is left has written its files when the backend is closed, and nobody prints anything", {
  timeout: 180_000,
}, async () => {
  const fixture = fileURLToPath(new URL("fixtures/leave-training.ts", import.meta.url));
  const { stdout, stderr } = await run(process.execPath, ["--import", "tsx", fixture, folder]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual(
    ["break", "abort", "close"].map((way) => ({ way, checkpoint: true, state: true, status: "cancelled" })),
  );
});

test("what has begun and writes no files is not waited for, and what has not begun never does", async () => {
  const begun = join(folder, "begun");
  vi.stubEnv("ADSAM_BEGUN", begun);
  const backend = await open({ device: "cpu" });
  const model = await backend.model({ kind: "linear", inFeatures: 2, outFeatures: 2 });
  const x = tensor(new Float64Array([1]), [1]);
  const asleep = backend.call("hostile:sleep", { x }, { folder: join(import.meta.dirname, "../fixtures/python") });
  const late = join(folder, "late.safetensors");
  const saved = model.save(late);
  await expect.poll(() => existsSync(begun)).toBe(true);
  const refused = [asleep, saved].map((job) => expect(job).rejects.toMatchObject({ code: "closed" }));
  await backend.close();
  await Promise.all(refused);
  await expect(model.save(late)).rejects.toMatchObject({ code: "closed" });
  expect(existsSync(late)).toBe(false);
});

test("a checkpoint is there whole or refused, however soon the backend is closed", async () => {
  const path = join(folder, "soon.safetensors");
  const backend = await open({ device: "cpu" });
  const model = await backend.model({ kind: "linear", inFeatures: 1000, outFeatures: 1000 });
  const saved = model.save(path).then(
    () => true,
    () => false,
  );
  await backend.close();
  expect(await saved).toBe(existsSync(path));
});
