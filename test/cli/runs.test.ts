import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runFiles, writeRecord } from "../../src/experiments/run-folder.ts";
import { jsonText } from "../../src/json.ts";
import { epoch, record, result, step } from "../experiments/records.ts";
import { temporaryFolder } from "../temporary.ts";
import { adsam, jsonLines } from "./adsam.ts";

test("runs are listed, compared and removed from the command line", async () => {
  const cwd = await temporaryFolder();
  for (const [name, ratio] of [
    ["one", 0.8],
    ["two", 0.25],
  ] as const) {
    const files = runFiles(join(cwd, "runs", name));
    await mkdir(join(cwd, "runs", name), { recursive: true });
    await writeRecord(files.record, { ...record, fit: { ...record.fit, ratio } });
    await writeRecord(files.result, result);
  }
  await mkdir(join(cwd, "runs/old"));
  await writeFile(join(cwd, "runs/old/run.json"), '{"format": 1}');
  const listed = await adsam(["runs", "list"], { cwd });
  expect(listed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(listed.stdout).toMatch(/^run +status +epochs/);
  expect(listed.stdout).toMatch(/^runs\/one +finished +0\/2 +- +resnet20 +digits +torch +first$/m);
  expect(listed.stdout).toContain("cannot be read: ");
  const asJson = await adsam(["runs", "list", "--status", "failed", "--json"], { cwd });
  expect(jsonLines(asJson.stdout)).toMatchObject([{ runs: [], unreadable: [{ error: { code: "file" } }] }]);
  const compared = await adsam(["runs", "compare", "runs/one", "runs/two"], { cwd });
  expect(compared.stdout).toMatch(/^fit\.ratio +0\.8 +0\.25$/m);
  expect(await adsam(["runs", "remove", "runs/one"], { cwd })).toMatchObject({ stdout: "removed runs/one\n" });
  expect([existsSync(join(cwd, "runs/one")), existsSync(join(cwd, "runs/two"))]).toEqual([false, true]);
  const refused = await adsam(["runs", "list", "--status", "done"], { cwd });
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("finished")]);
}, 60_000);

test("a run is watched to its end, by a person and by a program", async () => {
  const cwd = await temporaryFolder();
  const files = runFiles(join(cwd, "run"));
  await mkdir(join(cwd, "run"));
  await writeRecord(files.record, record);
  await writeFile(files.events, `${jsonText(step)}\n${jsonText(epoch)}\n`);
  const watched = await adsam(["watch", "run"], { cwd });
  expect(watched).toMatchObject({ exitCode: 0, stderr: "" });
  expect(watched.stdout).toMatch(/^epoch 1\/2 {2}loss NaN .*\ninterrupted: go on with: adsam train --resume run\n$/);
  const asJson = await adsam(["watch", "run", "--json"], { cwd });
  expect(jsonLines(asJson.stdout)).toMatchObject([
    { kind: "step", step: 1 },
    { kind: "epoch", step: 4 },
    { kind: "end", status: "interrupted", failure: null },
  ]);
  expect(await adsam(["watch", "nowhere"], { cwd })).toMatchObject({ exitCode: 2, stdout: "" });
});
