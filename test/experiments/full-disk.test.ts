import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { resumeTraining } from "../../src/experiments/resume.ts";
import { openRun } from "../../src/experiments/run-folder.ts";
import { train } from "../../src/experiments/train.ts";
import type { TrainEvent } from "../../src/experiments/train-events.ts";
import { readSafetensors } from "../../src/safetensors.ts";
import { jsonLines } from "../cli/adsam.ts";
import { temporaryFolder } from "../temporary.ts";

/** A disk of its own, of so many bytes; why there is none where mounting is not permitted. */
async function smallDisk(bytes: number): Promise<{ folder: string } | { reason: string }> {
  const folder = join(await temporaryFolder(), "disk");
  await mkdir(folder);
  const { status, stderr, error } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
  if (status !== 0) return { reason: `mounting is not permitted: ${error?.message ?? String(stderr).trim()}` };
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", folder]); // also while a run that was not awaited has a file open
  });
  return { folder };
}

/** Writes a file that leaves no room for another. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch {
    closeSync(file);
  }
}

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await readFile(join(folder, name))).toString("latin1")])),
  );
}

describe.each(["torch", "tfjs"] as const)("a disk that becomes full while %s trains", (backend) => {
  test("ends the run with disk, and it goes on once there is room", async ({ skip }) => {
    const disk = await smallDisk(40_000_000);
    if ("reason" in disk) return skip(disk.reason);
    const folder = join(disk.folder, "run");
    const fillers = ["first", "second"].map((name) => join(disk.folder, name));
    const events = train({
      model: { kind: "resnet20", initLogSigma: -3 },
      data: { name: "digits", limit: 8 },
      fit: { epochs: 3, batch: 2, steps: 0, validation: "none" },
      folder,
      backend: { backend, device: backend === "torch" ? "cpu" : "auto" },
    });
    const follow = async (told: AsyncIterable<TrainEvent>) => {
      for await (const event of told) if (event.kind === "step" && event.step === 5) fill(fillers[0] ?? "");
    };
    await expect(follow(events)).rejects.toMatchObject({ code: "disk", message: expect.stringMatching(/no space/i) });
    fill(fillers[1] ?? ""); // where the half of a file was
    const before = await contents(folder);
    expect(Object.keys(before)).toEqual(expect.arrayContaining(["checkpoint.safetensors", "state.safetensors"]));
    expect(Object.keys(before).filter((name) => !/\.(safetensors|jsonl?|csv)$/.test(name))).toEqual([]);

    await expect(follow(resumeTraining(folder))).rejects.toMatchObject({ code: "disk" });
    expect(await contents(folder)).toEqual(before);

    for (const filler of fillers) rmSync(filler);
    let last: TrainEvent | undefined;
    for await (const event of resumeTraining(folder)) last = event;
    expect(last).toMatchObject({ kind: "result", result: { status: "finished", epochs: 3, steps: 12 } });
    const { files } = await openRun(folder);
    const logged = jsonLines(await readFile(files.events, "utf8"));
    expect(logged.filter(({ kind }) => kind === "step").map(({ step }) => step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(logged.filter(({ kind }) => kind === "epoch").map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    await readSafetensors(files.checkpoint);
  });
});
