import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { endedRun } from "../../src/experiments/record.ts";
import { openRun } from "../../src/experiments/run-folder.ts";
import { readSafetensors } from "../../src/safetensors.ts";
import { temporaryFolder } from "../temporary.ts";
import { adsam, jsonLines, said, start } from "./adsam.ts";

/** One quick step an epoch. */
const quick = "train --limit 20 --batch 20 --validation none --init-log-sigma -3".split(" ");
/** One step that takes many seconds. */
const slow = "train --model resnet110 --batch 1437 --epochs 1".split(" ");

describe("a run", () => {
  test("is one JSON line an event on stdout, and all of it in its folder", async () => {
    const folder = join(await temporaryFolder(), "run");
    const words = ["train", "--limit", "60", "--batch", "20", "--epoch", "2", "--run", folder, "--json"];
    const remarks = ["--tag", "first", "--tag", "quick", "--notes", `for hf_${"a1".repeat(12)}`];
    const { exitCode, stdout, stderr } = await adsam([...words, ...remarks]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lines = jsonLines(stdout);
    const events = lines.slice(1, -1);
    expect(lines[0]).toMatchObject({ kind: "start", folder });
    expect(events.map(({ kind }) => kind)).toEqual([..."ssseSSSe"].map((k) => (k === "e" ? "epoch" : "step")));
    expect(lines.at(-1)).toMatchObject({ kind: "result", folder, result: { status: "finished", epochs: 2, steps: 6 } });

    expect((await readdir(folder)).sort()).toEqual([
      "checkpoint.safetensors",
      "events.jsonl",
      "metrics.csv",
      "result.json",
      "run.json",
      "state.safetensors",
    ]);
    expect(jsonLines(await readFile(join(folder, "events.jsonl"), "utf8"))).toEqual(events);
    const { record, result } = await openRun(folder);
    expect(lines[0]?.run).toEqual(JSON.parse(JSON.stringify(record)));
    expect(lines.at(-1)?.result).toEqual(JSON.parse(JSON.stringify(result)));
    expect(record).toMatchObject({
      given: { fit: { epochs: 2, batch: 20 }, data: { name: "digits", limit: 60 } },
      model: { kind: "resnet20", bayesian: true, classes: 10 },
      fit: { epochs: 2, batch: 20, ratio: 0.8, seed: 42, flip: false, cropPadding: 0 },
      data: { name: "digits", trainImages: 60, testImages: 360, image: [3, 8, 8] },
      backend: { backend: "torch", threads: 1 },
      tags: ["first", "quick"],
      notes: "for ***",
      environment: { node: process.versions.node, variables: { OMP_NUM_THREADS: "1" } },
      git: { commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: expect.any(Boolean) },
    });
    expect(record.command.slice(1)).toEqual([...words, ...remarks.slice(0, -1), "for ***"]);
    for (const [name, document] of [
      ["run", record],
      ["result", result],
      ["event", events[0]],
    ] as const) {
      const schema = JSON.parse(await readFile(resolve(import.meta.dirname, `../../schemas/${name}.json`), "utf8"));
      expect(z.fromJSONSchema(schema).parse(JSON.parse(JSON.stringify(document))), name).toEqual(document);
    }
    const rows = (await readFile(join(folder, "metrics.csv"), "utf8")).trimEnd().split("\n");
    const told = rows.slice(1).map((row) => row.split(",").slice(0, 2));
    expect(told).toEqual(events.map(({ step, timestamp }) => [String(step), timestamp]));
    expect(events.map(({ timestamp }) => timestamp).sort()).toEqual(events.map(({ timestamp }) => timestamp));
  });

  test("is shown to a person as one line an epoch, and where it is", async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stdout, stderr } = await adsam([...quick, "--epochs", "2", "--notvi"], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^plain resnet20 on 20 images of digits; torch on .+\nrun folder: .+\nepoch 1\/2 .+\nepoch 2\/2 .+\n$/,
    );
    const [folder] = await readdir(join(cwd, "runs"));
    expect(folder).toMatch(/^resnet20-digits-\d{8}-\d{9}Z$/);
    expect(stdout).toMatch(/^trained 2 epochs in \d+:\d\d, training accuracy .+ %\nrun folder: .+\n$/);
    expect(stdout).toContain(join(cwd, "runs", folder ?? "none"));
  });

  test("that diverges fails, and its folder says so", async () => {
    const folder = join(await temporaryFolder(), "run");
    const diverging = ["--learning-rate", "1e30", "--optimizer", "sgd", "--epochs", "4", "--run", folder];
    const { exitCode, stdout, stderr } = await adsam([...quick, ...diverging]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    const message = /training diverged at step 2, in epoch 2: the loss is (NaN|infinite)/;
    expect(stderr).toMatch(message);
    expect(stderr).toContain("\n  start anew with a learning rate below 1e+30\n");
    expect((await openRun(folder)).result).toMatchObject({
      status: "failed",
      error: { code: "diverged", message: expect.stringMatching(message) },
    });
  });
});

test("a state that cannot be written whole is not there at all, and no checkpoint without it", async () => {
  const cwd = await temporaryFolder();
  const { exitCode, stderr } = await adsam([...quick, "--epochs", "1", "--run", "mine"], { cwd, fileSize: 768 * 1024 });
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^error: cannot write .+mine\/state\.safetensors: file too large$/m);
  expect((await readdir(join(cwd, "mine"))).sort()).toEqual(["events.jsonl", "metrics.csv", "result.json", "run.json"]);
  expect((await openRun(join(cwd, "mine"))).result).toMatchObject({ status: "failed", error: { code: "disk" } });
});

test("a folder in which a run is going on is refused to others, naming whose it is", async () => {
  const folder = join(await temporaryFolder(), "run");
  const run = start([...quick, "--epochs", "100000", "--run", folder, "--json"]);
  await said(run, "stdout", '"kind":"epoch"');
  const others = await Promise.all([adsam([...quick, "--run", folder]), adsam(["train", "--resume", folder])]);
  for (const { exitCode, stdout, stderr } of others) {
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(
      new RegExp(`^error: ${folder} is in use: a run is going on in it \\(process ${run.process.pid} on \\S+, since 2`),
    );
  }
  run.process.kill("SIGINT");
  expect((await run.ended).exitCode).toBe(130);
});

test("a Python that is killed ends the run with 3, and the run can go on", async () => {
  const folder = join(await temporaryFolder(), "run");
  const run = start([...quick, "--epochs", "2000", "--run", folder]);
  await said(run, "stderr", "epoch 1/");
  const python = execFileSync("pgrep", ["-P", String(run.process.pid)], { encoding: "utf8" });
  process.kill(Number(python), "SIGKILL");
  const { exitCode, stdout, stderr } = await run.ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
  expect(stderr).toMatch(/^error: .*SIGKILL/m);
  expect(stderr.endsWith(`\n  go on with: adsam train --resume ${folder}\n`)).toBe(true);
  expect((await openRun(folder)).result).toMatchObject({ status: "failed", error: { code: "crashed" } });
  const resumed = start(["train", "--resume", folder, "--json"]);
  await said(resumed, "stdout", '"kind":"epoch"');
  resumed.process.kill("SIGINT");
  expect((await resumed.ended).exitCode).toBe(130);
});

test("a run starts from a plain network's weights", async () => {
  const cwd = await temporaryFolder();
  await adsam([...quick, "--epochs", "1", "--deterministic", "--run", "plain"], { cwd });
  const start = ["--pretrain", "plain", "--relative-sigma", "0.5"];
  const tuned = await adsam([...quick, "--epochs", "0", ...start, "--run", "tuned"], { cwd });
  expect(tuned).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("trained 0 epochs") });
  const [plain, bayesian] = await Promise.all(
    ["plain", "tuned"].map((name) => readSafetensors(join(cwd, name, "checkpoint.safetensors"))),
  );
  expect(bayesian?.tensors["linear.mu_weight"]).toEqual(plain?.tensors["linear.weight"]);
  const [w, logSigma] = ["mu", "sigma"].map((part) => Number(bayesian?.tensors[`linear.${part}_weight`]?.data[3]));
  expect(Math.exp(logSigma ?? 0)).toBeCloseTo(Math.abs(w ?? 0) / 2, 6);
  const { record } = await openRun(join(cwd, "tuned"));
  const pretrain = join(cwd, "plain", "checkpoint.safetensors");
  expect(record).toMatchObject({ pretrain, relativeSigma: 0.5, model: { bayesian: true } });
});

describe("Ctrl-C", () => {
  test("ends a run cleanly, and the run can go on as if nothing had been", async () => {
    const cwd = await temporaryFolder();
    const steps = [...quick, "--epochs", "12", "--json"];
    const [whole, stopped] = [
      start([...steps, "--run", "whole"], { cwd }),
      start([...steps, "--run", "part"], { cwd }),
    ];
    await said(stopped, "stdout", '"kind":"epoch"');
    stopped.process.kill("SIGINT");
    expect((await stopped.ended).exitCode).toBe(130);
    const part = await openRun(join(cwd, "part"));
    const { status, epochs } = endedRun.parse(part.result);
    expect(status).toBe("cancelled");
    expect(epochs).toBeGreaterThanOrEqual(1);
    expect(epochs).toBeLessThan(12);

    expect((await whole.ended).exitCode).toBe(0);
    const resumed = await adsam(["train", "--resume", "part", "--json"], { cwd });
    expect(resumed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(jsonLines(resumed.stdout).at(-1)).toMatchObject({ result: { status: "finished", epochs: 12 } });
    const [atOnce, inTwo] = await Promise.all(
      ["whole", "part"].map((name) => readFile(join(cwd, name, "checkpoint.safetensors"))),
    );
    expect(inTwo && atOnce?.equals(inTwo)).toBe(true);

    const again = await adsam(["train", "--resume", "part"], { cwd });
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("has finished its 12 epochs") });
    const longer = await adsam(["train", "--resume", "part", "--epochs", "13"], { cwd });
    expect(longer).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("trained 13 epochs") });
    expect((await openRun(join(cwd, "part"))).record.fit.epochs).toBe(13);
  });

  test("tells a person where the run is and how to go on", async () => {
    const cwd = await temporaryFolder();
    const run = start([...quick, "--epochs", "500", "--run", "mine"], { cwd });
    await said(run, "stderr", "epoch 2/500");
    run.process.kill("SIGINT");
    const { exitCode, stdout: shown, stderr } = await run.ended;
    expect({ exitCode, shown }).toEqual({ exitCode: 130, shown: "" });
    expect(stderr).toMatch(/stopped after \d+ epochs: .+mine\ngo on with: adsam train --resume .+mine\n$/);
    expect((await openRun(join(cwd, "mine"))).result?.status).toBe("cancelled");
    const { stdout } = await adsam(["evaluate", "mine", "--samples", "2", "--json"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ images: 360, samples: 2 });
  });

  test("twice ends at once", async () => {
    const folder = join(await temporaryFolder(), "run");
    const run = start([...slow, "--run", folder, "--json"]);
    await said(run, "stdout", '"kind":"start"');
    await delay(500);
    run.process.kill("SIGINT");
    await delay(300);
    expect(run.process.exitCode).toBeNull();
    run.process.kill("SIGINT");
    const [exitCode] = await once(run.process, "exit");
    expect(exitCode).toBe(130);
    expect((await openRun(folder)).result).toBeNull();
  });
});
