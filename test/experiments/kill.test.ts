import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adsam, said, start } from "../cli/adsam.ts";
import { temporaryFolder } from "../temporary.ts";
import { digitsFile } from "../tfjs/digits.ts";
import { outcome } from "./outcome.ts";

/** Six steps an epoch, with a state after the fourth, so that a kill has steps to arrive in; everything random is on. */
const quick =
  "train --batch 8 --epochs 2 --steps 1 --flip --crop-padding 1 --init-log-sigma -3 --optimizer-reset never --state-steps 4 --json";

/** Kills a command, and nothing but it, as soon as it has told of a step. */
async function killAt(step: number, words: readonly string[]): Promise<void> {
  const run = start(words);
  await said(run, "stdout", `"step":${step},`);
  run.process.kill("SIGKILL");
  expect((await run.ended).exitCode).toBeNull();
}

describe.each(["torch", "tfjs"])("a run of %s that is killed again and again", (backend) => {
  test("goes on each time from its last state, and ends as if nothing had been", async () => {
    const folder = await temporaryFolder();
    const [whole, part] = [join(folder, "whole"), join(folder, "part")];
    const dataset = await digitsFile(folder, 48, 4);
    const words = [...quick.split(" "), "--dataset", dataset, "--backend", backend, "--run"];
    const undisturbed = adsam([...words, whole]);
    // Before there is a state, and then in the middle of an epoch, after one and before the next.
    await killAt(1, [...words, part]);
    expect(existsSync(join(part, "run.lock"))).toBe(true);
    expect(existsSync(join(part, "state.safetensors"))).toBe(false);
    await killAt(5, ["train", "--resume", part, "--json"]);
    expect(await adsam(["train", "--resume", part, "--json"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await undisturbed).exitCode).toBe(0);
    expect(await outcome(part)).toEqual(await outcome(whole));
  }, 180_000);
});
