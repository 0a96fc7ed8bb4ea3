import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRun } from "../../src/experiments/run-folder.ts";
import { temporaryFolder } from "../temporary.ts";
import { said, signalGroup, start } from "./adsam.ts";

const backends = ["torch", "tfjs"] as const;

/** One quick step an epoch, for longer than a test takes. */
const endless = "train --limit 20 --batch 20 --steps 1 --validation none --init-log-sigma -3 --epochs 100000".split(
  " ",
);

/** Expects a folder that says that its run was cancelled, and holds what it needs to go on. */
async function expectCancelled(folder: string): Promise<void> {
  expect((await openRun(folder)).result).toMatchObject({ status: "cancelled" });
  expect(await readdir(folder)).toEqual(expect.arrayContaining(["checkpoint.safetensors", "state.safetensors"]));
}

describe.each(backends)("adsam train --backend %s", (backend) => {
  // As Ctrl-C, `timeout`, Slurm and systemd, and a terminal that is closed send them: to the whole process group.
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("ends cleanly at %s, with exit code %d", async (signal, exitCode) => {
    const folder = join(await temporaryFolder(), "run");
    const run = start([...endless, "--backend", backend, "--run", folder], { detached: true });
    await said(run, "stderr", "epoch 1/");
    signalGroup(run, signal);
    const ended = await run.ended;
    expect(ended).toMatchObject({ exitCode, stdout: "", stderr: expect.stringContaining("go on with: adsam train") });
    await expectCancelled(folder);
  });

  test("ends cleanly when the reader of its events leaves, and not as a success", async () => {
    const folder = join(await temporaryFolder(), "run");
    const run = start([...endless, "--backend", backend, "--run", folder, "--json"]);
    await said(run, "stdout", '"kind":"start"');
    run.process.stdout.destroy();
    expect(await run.ended).toMatchObject({ exitCode: 141, stderr: "" });
    await expectCancelled(folder);
  });
});
