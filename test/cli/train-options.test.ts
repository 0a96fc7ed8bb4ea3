import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addOptions, givenOptions } from "../../src/cli/options.ts";
import { type TrainArguments, trainArguments, trainGroups, trainInput } from "../../src/cli/train-options.ts";
import { trainConfig } from "../../src/experiments/config.ts";
import { presetNames, presets } from "../../src/experiments/presets.ts";
import { fitOptions } from "../../src/schema/options.ts";
import { temporaryFolder } from "../temporary.ts";

function command(): Command {
  const train = new Command("train").exitOverride().configureOutput({ outputError: () => {} });
  addOptions(train, trainGroups);
  return train;
}

function parse(...words: string[]): TrainArguments {
  return trainArguments.parse(command().parse(words, { from: "user" }).opts());
}

function input(...words: string[]) {
  const train = command().parse(words, { from: "user" });
  return trainInput(trainArguments.parse(train.opts()), givenOptions(train));
}

describe("the reference's spellings", () => {
  test.each<[string[], Partial<TrainArguments>]>([
    [["-s", "7"], { seed: 7 }],
    [["--seed", "7"], { seed: 7 }],
    [["-l", "0.1"], { learningRate: 0.1 }],
    [["--learning_rate", "0.1"], { learningRate: 0.1 }],
    [["-e", "3"], { epochs: 3 }],
    [["--epoch", "3"], { epochs: 3 }],
    [["--ratio", "0.5"], { ratio: 0.5 }],
    [["--dataset", "CIFAR-100"], { dataset: "CIFAR-100" }],
    [["--model", "VGG16"], { model: "vgg16" }],
    [["--model", "resnet56"], { model: "resnet56" }],
    [["--samplings", "2"], { samplings: 2 }],
    [["--pretrain", "plain.pt"], { pretrain: "plain.pt" }],
    [["--notvi"], { deterministic: true }],
  ])("%j", (words, expected) => {
    expect(parse(...words)).toMatchObject(expected);
  });

  test("are hidden from the help where ours differ", () => {
    expect(command().helpInformation()).not.toMatch(/--learning_rate|--epoch\b|--notvi/);
  });
});

describe("our spellings", () => {
  test.each<[string[], Partial<TrainArguments>]>([
    [["--learning-rate", "1e-3"], { learningRate: 0.001 }],
    [["--epochs", "0"], { epochs: 0 }],
    [["--deterministic"], { deterministic: true }],
    [["--init-log-sigma", "-3"], { initLogSigma: -3 }],
    [["--milestones", "10,20"], { milestones: [10, 20] }],
    [["--milestones", ""], { milestones: [] }],
    [["--fidelity", "Paper"], { fidelity: "paper" }],
    [["--beta", "0"], { beta: 0 }],
    [["--metric-forward"], { metricForward: true }],
    [["--no-metric-forward"], { metricForward: false }],
    [["--no-flip"], { flip: false }],
    [["--dtype", "bfloat16"], { dtype: "bfloat16" }],
    [["--limit", "100"], { limit: 100 }],
    [["--json"], { json: true }],
  ])("%j", (words, expected) => {
    expect(parse(...words)).toMatchObject(expected);
  });
});

describe("what is out of range is refused by name, with what was expected and what came", () => {
  const naming = (flag: string, expected: string) => `${flag}: expected ${expected}`;
  test.each([
    ["--ratio", "2", "a number from 0 to 1, got 2"],
    ["--ratio", "-0.1", "a number from 0 to 1, got -0.1"],
    ["--ratio", "NaN", "a number from 0 to 1, got NaN"],
    ["--ratio", "", "a number from 0 to 1, got nothing"],
    ["--learning-rate", "0", "a number above 0, got 0"],
    ["--learning-rate", "Infinity", "a number above 0, got Infinity"],
    ["--step-size", "-1", "a number of at least 0, got -1"],
    ["--beta", "-1", "a number of at least 0, got -1"],
    ["--decay", "1.5", "a number above 0 and up to 1, got 1.5"],
    ["--epochs", "1.5", "a whole number of at least 0, got 1.5"],
    ["--epochs", "many", "a whole number of at least 0, got many"],
    ["--batch", "0", "a whole number of at least 1, got 0"],
    ["--steps", "-1", "a whole number of at least 0, got -1"],
    ["--samplings", "0", "a whole number of at least 1, got 0"],
    ["--limit", "0", "a whole number of at least 1, got 0"],
    ["--crop-padding", "-1", "a whole number of at least 0, got -1"],
    ["--seed", "-1", "a whole number of at least 0, got -1"],
    ["--prior-sigma", "0", "a number from 1e-12 to 1000000000000, got 0"],
    ["--init-log-sigma", "6", "a number from -20 to 5, got 6"],
    ["--milestones", "80,x", "a whole number of at least 0, or several separated by commas, got 80,x"],
    ["--optimizer", "lion", "one of adam, sgd, got lion"],
    ["--fidelity", "exact", "one of reference, paper, got exact"],
    ["--epsilon-gradients", "stale", "one of accumulated, fresh, got stale"],
    ["--optimizer-reset", "often", "one of each-epoch, never, got often"],
    ["--running-statistics", "none", "one of every-forward, loss-forwards, got none"],
    ["--validation", "full", "one of sampled, mean, none, got full"],
    ["--dtype", "int8", "one of float32, float64, float16, bfloat16, got int8"],
    ["--backend", "jax", "one of torch, tfjs, got jax"],
    ["--run", "", "a text that is not empty, got nothing"],
  ])("%s %s", (flag, value, expected) => {
    expect(() => parse(flag, value)).toThrow(
      expect.objectContaining({ code: "usage", message: naming(flag, expected) }),
    );
  });

  test("an unknown model is told the known ones", () => {
    expect(() => parse("--model", "vgg17")).toThrow(/--model: expected one of resnet20, .*vgg19, got vgg17/);
  });

  test("a hidden spelling is refused under its documented name", () => {
    expect(() => parse("--epoch", "-1")).toThrow("--epochs: expected a whole number of at least 0, got -1");
  });
});

describe("an option given again", () => {
  test.each([
    [["--limit", "100", "--limit", "50"], "--limit: expected one value, got 100 and 50"],
    [["-s", "1", "--seed", "2"], "--seed: expected one value, got 1 and 2"],
    [["--epoch", "1", "--epochs", "1"], "--epochs: expected one value, got 1 and 1"],
    [["--flip", "--no-flip"], "expected one of --flip and --no-flip, got both"],
    [["--no-flip", "--flip"], "expected one of --flip and --no-flip, got both"],
  ])("%j is refused", (words, message) => {
    expect(() => parse(...words)).toThrow(expect.objectContaining({ code: "usage", message }));
  });

  test("goes on where it is a list, and changes nothing where it is a flag", () => {
    const words = ["--milestones", "10", "--milestones", "20", "--no-flip", "--no-flip"];
    expect(parse(...words)).toMatchObject({ milestones: [10, 20], flip: false });
  });
});

describe("defaults", () => {
  // The first two are the data set's, and no flag chooses the noise.
  const { flip, cropPadding, noise, ...standard } = fitOptions.parse({});

  test("are the schema's", () => {
    expect(parse()).toMatchObject(standard);
  });

  test("are shown in the help, every one", () => {
    const help = command().helpInformation().replaceAll(/\s+/g, " ");
    for (const [name, value] of Object.entries(standard)) {
      const shown =
        typeof value === "boolean" ? (value ? "on" : "off") : Array.isArray(value) ? value.join(",") : value;
      if (value !== null) expect(help, name).toContain(`default: ${shown})`);
    }
    expect(help).toContain("default: digits)");
    expect(help).toContain("default: 1 / N / 100)");
    expect(help).toContain("(or --no-flip; default: on for CIFAR, off otherwise)");
  });

  test("augment CIFAR as the reference does, and nothing else, unless told otherwise", async () => {
    const augmentation = async (...words: string[]) => {
      const { flip, cropPadding } = (await input(...words)).fit ?? {};
      return { flip, cropPadding };
    };
    expect(await augmentation()).toEqual({ flip: false, cropPadding: 0 });
    expect(await augmentation("--dataset", "cifar-100")).toEqual({ flip: true, cropPadding: 4 });
    expect(await augmentation("--dataset", "CIFAR-10", "--no-flip", "--crop-padding", "2")).toEqual({
      flip: false,
      cropPadding: 2,
    });
    expect(await augmentation("--flip", "--crop-padding", "1")).toEqual({ flip: true, cropPadding: 1 });
  });

  test("are left to the schemas", async () => {
    expect(await input("--ratio", "0.8", "--model", "vgg11", "--keep-best", "--state-steps", "5")).toEqual({
      model: { kind: "vgg11", bayesian: true },
      data: { name: "digits" },
      fit: { ratio: 0.8, flip: false, cropPadding: 0 },
      keep: { best: true },
      stateEvery: { steps: 5 },
    });
  });

  test("do not count as given", () => {
    const train = command().parse(["--epoch", "3", "--no-flip", "--json"], { from: "user" });
    expect(givenOptions(train).sort()).toEqual(["epochs", "flip", "json"]);
  });
});

describe("what a run begins with", () => {
  test("is a preset, a file, and what the options say otherwise, in this order", async () => {
    const folder = await temporaryFolder();
    const base = { preset: "digits", fit: { epochs: 7, ratio: 0.5 }, data: { limit: 50 }, tags: ["a"] };
    await writeFile(join(folder, "base.json"), JSON.stringify(base));
    await mkdir(join(folder, "inner"));
    const config = { extends: "../base.json", fit: { ratio: 0.4, batch: 8 }, pretrain: "plain.pt", folder: "runs/x" };
    const path = join(folder, "inner/run.json");
    await writeFile(path, JSON.stringify(config));
    expect(await input("--preset", "paper/cifar100-vgg16", "--config", path, "--batch", "9", "--tag", "b")).toEqual({
      model: { kind: "resnet20", bayesian: true, initLogSigma: -4 },
      data: { name: "digits", limit: 50 },
      fit: { flip: true, cropPadding: 1, milestones: [28, 38], epochs: 7, ratio: 0.4, batch: 9 },
      tags: ["b"],
      pretrain: join(folder, "inner/plain.pt"),
      folder: join(folder, "inner/runs/x"),
    });
  });

  test.each(presetNames.map((name) => [name]))("the preset %s is one that train takes", (name) => {
    expect(() => trainConfig.parse(presets[name])).not.toThrow();
  });
});
