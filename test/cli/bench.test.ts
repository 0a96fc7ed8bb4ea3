import { describe, expect, test } from "vitest";
import { suiteNames } from "../../src/bench/index.ts";
import { temporaryFolder } from "../temporary.ts";
import { adsam, said, start } from "./adsam.ts";

test("--list names every suite", async () => {
  const [text, json] = await Promise.all([adsam(["bench", "--list"]), adsam(["bench", "--list", "--json"])]);
  expect(
    text.stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]),
  ).toEqual(suiteNames);
  expect(JSON.parse(json.stdout).map(({ name }: { name: string }) => name)).toEqual(suiteNames);
});

describe("it refuses", () => {
  test("an unknown suite", async () => {
    const { exitCode, stderr } = await adsam(["bench", "--only", "step,taste"]);
    expect(stderr).toMatch(/^error: --only: expected one of step, modes, .*, got step,taste\n$/);
    expect(exitCode).toBe(2);
  });

  test("a checkout that is none", async () => {
    const folder = await temporaryFolder();
    const { exitCode, stdout } = await adsam(["bench", "--reference", folder, "--json"]);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: "file",
      message: `expected a checkout of the published code, got ${folder}, which has no models/resnet_vi.py`,
    });
    expect(exitCode).toBe(2);
  });

  test("a device that is not there", async () => {
    const { exitCode, stderr } = await adsam(["bench", "--only", "help", "--device", "cuda:99"]);
    expect(stderr).toMatch(/^error: there is no device cuda:99/);
    expect(exitCode).toBe(3);
  });
});

test("one JSON document: the machine, the versions, each figure with its spread, and what is missing", async () => {
  const words = ["bench", "--only", "help", "--quick", "--device", "cpu", "--json"];
  const { exitCode, stdout } = await adsam(words, { env: { OMP_NUM_THREADS: "1" } });
  const spread = { median: expect.any(Number), minimum: expect.any(Number), maximum: expect.any(Number), count: 4 };
  expect(JSON.parse(stdout)).toMatchObject({
    format: 1,
    machine: { device: "cpu", threads: 1, cpu: expect.any(String), cores: expect.any(Number) },
    versions: { torch: expect.any(String), python: expect.any(String), node: process.versions.node },
    suites: [
      {
        name: "help",
        figures: [{ name: "adsam --help", unit: "ms", target: { atMost: 150 }, ...spread }],
        unmeasured: [],
        failure: null,
      },
    ],
    unmeasured: [
      { name: "everything on a GPU", reason: "it was measured on the CPU" },
      { name: suiteNames.filter((name) => name !== "help").join(", "), reason: "not asked for (--only)" },
    ],
  });
  expect(exitCode).toBe(0);
});

test("Ctrl-C ends it", async () => {
  const started = start(["bench", "--only", "vgg16", "--device", "cpu"]);
  await said(started, "stderr", "measuring vgg16");
  started.process.kill("SIGINT");
  expect(await started.ended).toMatchObject({ exitCode: 130, stderr: "measuring vgg16 …\nerror: cancelled\n" });
});
