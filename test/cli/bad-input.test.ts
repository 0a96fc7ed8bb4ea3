import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeFileAtomically } from "../../src/files.ts";
import { encodeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../temporary.ts";
import { bareEnvironment, healthyPackages } from "../torch/bare-environment.ts";
import { adsam, program } from "./adsam.ts";

/** A data set of one's own with 4 images of 8x8 in each part. */
async function dataFile(
  folder: string,
  spoil: { pixel?: number; label?: number; classes?: string } = {},
): Promise<string> {
  const images = () => tensor(new Float32Array(4 * 3 * 64).fill(0.5), [4, 3, 8, 8]);
  const labels = () => tensor(Uint8Array.from([0, 1, 2, 0]));
  const train = { images: images(), labels: labels() };
  train.images.data[3 * 64 + 5] = spoil.pixel ?? 0.5;
  train.labels.data[2] = spoil.label ?? 2;
  const path = join(folder, "mine.safetensors");
  const parts = {
    train_images: train.images,
    train_labels: train.labels,
    test_images: images(),
    test_labels: labels(),
  };
  await writeFileAtomically(path, encodeSafetensors(parts, { classes: spoil.classes ?? "3" }));
  return path;
}

/** Expects one clear message, its exit code, and that nothing was left in the folder it ran in. */
async function refused(words: string[], exitCode: number, message: RegExp, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const cwd = await temporaryFolder();
  const { stdout, ...ended } = await adsam([...words, "--json"], { cwd, env });
  const { error } = JSON.parse(stdout);
  expect(error.message).toMatch(message);
  expect(ended).toEqual({ exitCode, stderr: "" });
  expect(await readdir(cwd)).toEqual([]);
}

describe("train refuses", () => {
  test.each<[string, string[], RegExp]>([
    ["an option out of range", ["--ratio", "1.01"], /^--ratio: expected a number from 0 to 1, got 1.01$/],
    ["an unknown model", ["--model", "resnet18"], /^--model: expected one of resnet20, .*, got resnet18$/],
    ["an unknown data set", ["--dataset", "birds"], /^unknown data set "birds": expected digits, CIFAR-10, CIFAR-100/],
    ["CIFAR without a folder", ["--dataset", "CIFAR-10"], /^CIFAR-10: expected data_batch_1\.bin.* in .*cifar-10$/],
    [
      "a folder for a data set that has none",
      ["--dataset", "digits", "--data", "x"],
      /^digits is read from no folder, got x$/,
    ],
    ["a data set of one's own that is not there", ["--data", "x"], /^cannot read \S+\/x: there is no such file$/],
    [
      "a folder for a file",
      ["--dataset", "/none.safetensors", "--data", "x"],
      /^\/none\.safetensors is read from no folder, got x$/,
    ],
    ["a folder without CIFAR", ["--dataset", "CIFAR-10", "--data", "/none"], /data_batch_1\.bin.* in \/none/],
    [
      "a missing data file",
      ["--dataset", "/none.safetensors"],
      /^cannot read \/none\.safetensors: there is no such file$/,
    ],
    ["more images than there are", ["--limit", "1438"], /^limit: expected a whole number from 1 to 1437/],
    ["an unknown device", ["--device", "tpu"], /^--device: expected "auto".*, got tpu$/],
    ["a missing run to go on with", ["--resume", "/none"], /^cannot read \/none: there is no such file$/],
    ["a stage without a backend", ["--stage", "adversarial"], /^--stage: expected <stage>=<backend>, got adversarial$/],
    [
      "no stage beside one",
      ["--stage", "none", "--stage", "adversarial=tfjs"],
      /^--stage: expected <stage>=<backend>, got none$/,
    ],
    ["a stage twice", ["--stage", "a=tfjs", "--stage", "a=torch"], /^--stage: expected a backend for a, got several$/],
    [
      "a stage on a backend that there is not",
      ["--stage", "adversarial=jax"],
      /^stage adversarial: expected one of torch, tfjs, reference, got jax$/,
    ],
    [
      "a stage that there is not",
      ["--stage", "adversaril=tfjs", "--device", "cpu"],
      /^expected a stage adversarial or layer:<name>, got adversaril$/,
    ],
    [
      "another ratio for a run that goes on",
      ["--resume", "x", "--ratio", "1"],
      /^--ratio cannot be given with --resume$/,
    ],
  ])("%s", (_, words, message) => refused(["train", ...words], 2, message));

  test("a folder that is not empty", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "thesis.tex"), "");
    await refused(["train", "--run", folder], 2, /is not empty$/);
    expect(await readdir(folder)).toEqual(["thesis.tex"]);
  });

  test("to go on with a folder that is no run's", async () => {
    await refused(
      ["train", "--resume", await temporaryFolder()],
      2,
      /is not the folder of a run: it has no run\.json$/,
    );
  });

  test("NaN in the data", async () => {
    const path = await dataFile(await temporaryFolder(), { pixel: Number.NaN });
    await refused(["train", "--dataset", path], 2, /train images: image 1 holds NaN/);
  });

  test("a label that is no class", async () => {
    const path = await dataFile(await temporaryFolder(), { label: 3 });
    await refused(["train", "--dataset", path], 2, /label 2 is 3, expected 0 to 2/);
  });

  test("a damaged data file", async () => {
    const path = join(await temporaryFolder(), "cut.safetensors");
    await writeFile(path, "not a header");
    await refused(["train", "--dataset", path], 2, /cut\.safetensors/);
  });

  test("images of a size that the network does not take", async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stderr } = await adsam(["train", "--model", "vgg11", "--limit", "20", "--run", "vgg"], { cwd });
    expect(stderr).toMatch(/error: .*32/);
    expect(exitCode).toBe(2);
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe("what Python lacks is the environment's fault", () => {
  test("no Python", () => refused(["train", "--python", "/none/python"], 3, /\/none\/python, which does not exist/));

  test("no Python where ADSAM_PYTHON says", () =>
    refused(["train"], 3, /\/none\/python, which does not exist/, { ADSAM_PYTHON: "/none/python" }));

  test("no torch", async () => {
    const python = bareEnvironment(await temporaryFolder(), "bare");
    await refused(["train", "--python", python], 3, /no torch \(expected torch >= [\d.]+\)/);
  });

  test("a torch that is too old", async () => {
    const python = bareEnvironment(await temporaryFolder(), "old", { ...healthyPackages, torch: "1.8.0" });
    await refused(["train", "--python", python], 3, /expected torch >= [\d.]+, got torch 1\.8\.0/);
  });

  test("no CUDA", () => refused(["train", "--device", "cuda:99"], 3, /cuda/i));
});

describe("evaluate and predict refuse", () => {
  test.each<[string, string[], RegExp]>([
    ["a missing run", ["evaluate", "/none"], /^cannot read \/none: there is no such file$/],
    ["a checkpoint alone without a data set", ["evaluate", program], /does not say which data set it was trained on$/],
    [
      "a foreign checkpoint without its model",
      ["evaluate", program, "--dataset", "digits"],
      /does not say which network/,
    ],
    [
      "no samples",
      ["evaluate", program, "--samples", "0"],
      /^--samples: expected a whole number from 1 to 1000000, got 0$/,
    ],
    ["samples of the mean", ["evaluate", program, "--mean", "--samples", "3"], /'--mean' cannot be used .*'--samples/],
    ["a seed for the mean", ["predict", program, "--seed", "3", "--mean"], /'--mean' cannot be used .*'--seed/],
    ["pictures in JSON", ["evaluate", program, "--show", "3"], /'--show <.*>' cannot be used with option '--json'/],
    [
      "a plain network without its name",
      ["evaluate", program, "--dataset", "digits", "--deterministic"],
      /^--deterministic .*, got no --model$/,
    ],
    ["no images", ["predict", program, "--dataset", "digits"], /^expected images: files, or --indices/],
    ["an image that is not there", ["predict", program, "--dataset", "digits", "x.pgm"], /^cannot read x\.pgm/],
    [
      "a picture of another kind",
      ["predict", program, "--dataset", "digits", "x.doc"],
      /^x\.doc: expected a picture or a \.safetensors file/,
    ],
    [
      "a test image that is not there",
      ["predict", program, "--dataset", "digits", "--indices", "0,360"],
      /from 0 to 359, got 360$/,
    ],
  ])("%s", (_, words, message) => refused(words, 2, message));

  test("a folder that is no run's", async () => {
    await refused(["evaluate", await temporaryFolder()], 2, /is not the folder of a run/);
  });

  test("a picture of another size", async () => {
    const path = join(await temporaryFolder(), "x.pgm");
    await writeFile(path, "P5 2 1 255 ab");
    await refused(
      ["predict", program, "--dataset", "digits", path],
      2,
      /expected images of 8x8, as digits has, got 1x2$/,
    );
  });

  test("a damaged checkpoint", async () => {
    const path = join(await temporaryFolder(), "cut.safetensors");
    await writeFile(path, "not a header");
    await refused(
      ["evaluate", path, "--dataset", "digits"],
      2,
      /cut\.safetensors is damaged or not a safetensors file/,
    );
  });

  test("a file of tensors that is no checkpoint", async () => {
    const path = await dataFile(await temporaryFolder());
    await refused(["evaluate", path, "--dataset", "digits"], 2, /mine\.safetensors/);
  });

  test("a pickle that would run code, unexecuted", async () => {
    const folder = await temporaryFolder();
    const [path, proof] = [join(folder, "evil.pt"), join(folder, "executed")];
    await writeFile(path, `\x80\x02cos\nsystem\n(S'touch ${proof}'\ntR.`, "latin1");
    await refused(["evaluate", path, "--dataset", "digits", "--model", "resnet20"], 2, /evil\.pt/);
    expect(await readdir(folder)).toEqual(["evil.pt"]);
  });
});
