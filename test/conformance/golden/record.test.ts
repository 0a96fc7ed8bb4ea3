import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../../../src/backend.ts";
import { replayGolden } from "../../../src/conformance/golden/replay.ts";
import { recordGolden } from "../../../src/conformance/index.ts";
import { open } from "../../../src/open.ts";
import { temporaryFolder } from "../../temporary.ts";

const fixtures = resolve(import.meta.dirname, "../../fixtures/golden");

let backend: Backend;
beforeAll(async () => {
  backend = await open({ device: "cpu" });
});
afterAll(() => backend.close());

type Json = Record<string, unknown>;

/** A record without the numbers that come out: its fields, and which of them are null, by their paths. */
function outline(json: unknown, path = ""): string[] {
  if (json === null) return [`${path}: null`];
  if (Array.isArray(json)) return [`${path}: ${json.length}`];
  if (typeof json !== "object") return [`${path}: ${typeof json}`];
  return Object.entries(json as Json).flatMap(([name, part]) => outline(part, `${path}.${name}`));
}

function read(folder: string): { cases: Json[] } {
  return JSON.parse(readFileSync(join(folder, "layers.json"), "utf8"));
}

test("what is recorded has the published records' fields, and replays", async () => {
  const folder = await temporaryFolder();
  await recordGolden(backend, folder, { suites: ["layers"] });
  const [own, published] = [read(folder), read(fixtures)];
  expect(own.cases.map((record) => outline(record).sort())).toEqual(
    published.cases.map((record) => outline(record).sort()),
  );
  expect(await replayGolden(backend, folder)).toMatchObject({ passed: 11, failed: 0 });
});

test("a folder that is missing is refused before any work", async () => {
  const told: string[] = [];
  const recording = recordGolden(backend, "/nowhere/at/all", { onCase: ({ id }) => told.push(id) });
  await expect(recording).rejects.toMatchObject({ code: "file", message: expect.stringContaining("/nowhere/at/all") });
  expect(told).toEqual([]);
});

test("options that there are not are refused, of recording and of replaying", async () => {
  const [suite, openTorc] = [{ suite: ["layers"] }, { openTorc: async () => backend }];
  await expect(recordGolden(backend, "nowhere", suite as object)).rejects.toThrow(
    /^recordGolden: unknown field suite: did you mean suites\?$/,
  );
  await expect(replayGolden(backend, "nowhere", openTorc as object)).rejects.toThrow(
    /^replayGolden: unknown field openTorc: did you mean openTorch\?$/,
  );
});
