import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { writeFileAtomically } from "../../src/files.ts";
import { encodeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { adsam } from "./adsam.ts";

let cwd: string;
const run = "runs/mine";
const checkpoint = join(run, "checkpoint.safetensors");

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "adsam-evaluate-"));
  const words = ["train", "--limit", "200", "--epochs", "2", "--init-log-sigma", "-3", "--run", run, "--json"];
  expect(await adsam(words, { cwd })).toMatchObject({ exitCode: 0, stderr: "" });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function answer(...words: string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await adsam([...words, "--json"], { cwd });
  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("evaluate", () => {
  test("answers with one JSON document, the same for a run and for its checkpoint", async () => {
    const [ofRun, ofCheckpoint] = await Promise.all([
      answer("evaluate", run, "--samples", "3", "--seed", "1"),
      answer("evaluate", checkpoint, "--dataset", "digits", "--samples", "3", "--seed", "1"),
    ]);
    expect(ofRun).toMatchObject({ target: run, dataset: "digits", images: 360, samples: 3 });
    for (const name of [
      "accuracy",
      "nll",
      "brier",
      "ece",
      "predictiveEntropy",
      "expectedEntropy",
      "mutualInformation",
    ]) {
      expect(ofRun[name], name).toBeTypeOf("number");
    }
    expect({ ...ofCheckpoint, target: run }).toEqual(ofRun);
  });

  test("shows a person a table and pictures; --mean takes one sample", async () => {
    const { exitCode, stdout, stderr } = await adsam(["evaluate", run, "--mean", "--show", "2"], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^data +digits, 360 images, 1 sample$/m);
    expect(stdout).toMatch(/^most certain$/m);
    expect(stdout).toMatch(/^least certain$/m);
    expect(stdout.match(/#\d+ is \d/g)).toHaveLength(4);
  });

  test("calibrates on half of the images, and judges by the other", async () => {
    const { calibrated } = await answer("evaluate", run, "--mean", "--calibrate", "--coverage", "0.8");
    expect(calibrated).toMatchObject({ fittedOn: 180, judgedBy: 180, coverageAsked: 0.8 });
    expect(calibrated).toMatchObject({ temperature: expect.any(Number), sets: { split: {}, aps: {} } });
    const shown = await adsam(["evaluate", run, "--mean", "--calibrate"], { cwd });
    expect(shown.stdout).toMatch(/^sets \(aps\) of 90\.0 % +hold the class of [\d.]+ %, [\d.]+ classes each$/m);
    const refused = await adsam(["evaluate", run, "--mean", "--coverage", "0.8"], { cwd });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("got no --calibrate") });
  });

  test("makes a table of corruptions at all severities, as JSON and CSV too", async () => {
    const words = ["evaluate", run, "--samples", "2", "--seed", "3", "--backend", "tfjs", "--shift"];
    const csv = "shift.csv";
    const { shifted, accuracy } = await answer(...words, "brightness,contrast", "--csv", csv);
    const alone = await answer(...words, "contrast:4");
    expect(shifted).toHaveLength(1 + 2 * 5);
    expect(shifted).toContainEqual(
      expect.objectContaining({ kind: "contrast", severity: 4, accuracy: alone.accuracy, nll: alone.nll }),
    );
    expect(shifted).toContainEqual(expect.objectContaining({ kind: null, severity: 0, accuracy }));
    const lines = (await readFile(join(cwd, csv), "utf8")).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^kind,severity,images,samples,accuracy,nll,/);
    expect(lines[9 + 1]?.startsWith(`contrast,4,360,2,${alone.accuracy},${alone.nll},`)).toBe(true);
    const shown = await adsam([...words, "brightness"], { cwd });
    expect(shown.stdout).toMatch(/^brightness( +[\d.]+ %){6}( +[\d.]+){2}$/m);
    for (const [wrong, told] of [
      ["fogg", "did you mean fog"],
      ["contrast:4", "got no --shift of all severities"],
    ] as const) {
      const refused = await adsam([...words, wrong, "--csv", csv], { cwd });
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(told) });
    }
  });

  test("tells images of another data set by each uncertainty, whatever their classes, scale and size", async () => {
    const { test: part } = await loadDataset("digits");
    const same = join(cwd, "same.safetensors"); // ten times the pixels, of ten times the white: the same input
    const images = tensor(
      Uint8Array.from<number | bigint>(part.images.data, (pixel) => 10 * Number(pixel)),
      part.images.shape,
    );
    const labels = tensor(new Uint8Array(360).map((_, image) => image % 2));
    const parts = { train_images: images, train_labels: labels, test_images: images, test_labels: labels };
    const normalization = JSON.stringify({ scale: 160, mean: [0, 0, 0], std: [1, 1, 1] });
    await writeFileAtomically(same, encodeSafetensors(parts, { classes: "2", normalization }));
    const { outOfDistribution } = await answer("evaluate", run, "--mean", "--ood", same);
    expect(outOfDistribution).toMatchObject({
      dataset: "same",
      images: 360,
      detection: { predictiveEntropy: { auroc: 0.5 }, mutualInformation: { auroc: 0.5 } },
    });
    const large = join(cwd, "large.safetensors");
    const [white, first] = [tensor(new Uint8Array(2 * 3 * 256).fill(255), [2, 3, 16, 16]), tensor(new Uint8Array(2))];
    const others = { train_images: white, train_labels: first, test_images: white, test_labels: first };
    await writeFileAtomically(large, encodeSafetensors(others, { classes: "2" }));
    const shown = await adsam(["evaluate", run, "--samples", "2", "--ood", large], { cwd });
    expect(shown.stdout).toMatch(/^told from 2 images of large$/m);
    expect(shown.stdout).toMatch(/^ {2}by mutual information +AUROC [\d.]+, AUPR [\d.]+, FPR at 95 % [\d.]+$/m);
    const refused = await adsam(["evaluate", run, "--ood-data", "x"], { cwd });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("got no --ood") });
  });

  test("refuses a data set with another number of classes", async () => {
    const path = join(cwd, "three.safetensors");
    const images = tensor(new Uint8Array(3 * 3 * 64), [3, 3, 8, 8]);
    const labels = tensor(Uint8Array.from([0, 1, 2]));
    const parts = { train_images: images, train_labels: labels, test_images: images, test_labels: labels };
    await writeFileAtomically(path, encodeSafetensors(parts));
    const { exitCode, stderr } = await adsam(["evaluate", run, "--dataset", path], { cwd });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining("the model tells 10 classes apart, and three has 3"),
    });
  });

  test("refuses pixels that are to be normalised otherwise than those trained on, until it is said which is meant", async () => {
    const { test: part } = await loadDataset("digits");
    const path = join(cwd, "digits-of-no-scale.safetensors");
    const parts = {
      train_images: part.images,
      train_labels: part.labels,
      test_images: part.images,
      test_labels: part.labels,
    };
    await writeFileAtomically(path, encodeSafetensors(parts));
    const words = ["--dataset", path, "--mean"];
    for (const command of [
      ["evaluate", checkpoint],
      ["predict", checkpoint, "--indices", "0"],
    ]) {
      const { exitCode, stderr } = await adsam([...command, ...words], { cwd });
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringContaining("the model was trained on pixels"),
      });
    }
    const [own, byModel] = await Promise.all([
      answer("evaluate", run, "--mean"),
      answer("evaluate", checkpoint, ...words, "--normalization", "model"),
    ]);
    expect({ ...byModel, target: run, dataset: "digits" }).toEqual(own);
    const [ofModel, ofRun] = await Promise.all([
      answer("predict", checkpoint, "--indices", "0", ...words, "--normalization", "model"),
      answer("predict", run, "--indices", "0", "--mean"),
    ]);
    const probabilities = ({ images }: Record<string, unknown>) =>
      (images as { probabilities: number[] }[])[0]?.probabilities;
    expect(probabilities(ofModel)).toEqual(probabilities(ofRun));
  });

  test("refuses a checkpoint of another model", async () => {
    const words = ["evaluate", checkpoint, "--dataset", "digits", "--model", "resnet32"];
    const { exitCode, stderr } = await adsam(words, { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("checkpoint.safetensors") });
  });
});

describe("predict", () => {
  test("tells of test images, of pictures and of tensors what it told of the same pixels", async () => {
    const { test: part, normalization } = await loadDataset("digits");
    const pixels = part.images.data.slice(5 * 3 * 64, 5 * 3 * 64 + 64) as Uint8Array;
    await writeFile(join(cwd, "five.pgm"), Buffer.concat([Buffer.from(`P5 8 8 ${normalization?.scale}\n`), pixels]));
    const images = tensor(pixels, [1, 8, 8]);
    await writeFileAtomically(join(cwd, "five.safetensors"), encodeSafetensors({ images }));
    const words = ["predict", run, "five.pgm", "five.safetensors", "--indices", "0,5", "--mean"];
    const { images: found } = (await answer(...words)) as { images: Record<string, unknown>[] };
    expect(found.map(({ image }) => image)).toEqual(["digits#0", "digits#5", "five.pgm", "five.safetensors#0"]);
    const [, asIndex, asPicture, asTensor] = found.map(({ image, ...told }) => told);
    expect(asPicture).toEqual(asIndex);
    expect(asTensor).toEqual(asIndex);
    expect(asIndex?.probabilities).toHaveLength(10);
    expect(asIndex).toMatchObject({
      entropySpread: 0,
      confidence: expect.any(Number),
      entropyMean: expect.any(Number),
    });
  });

  test("shows a person one line an image", async () => {
    const { exitCode, stdout, stderr } = await adsam(["predict", run, "--indices", "0,1,2", "--samples", "2"], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^image +class +confidence +predictive entropy +mutual information +Ha +He$/m);
    expect(stdout.match(/^digits#\d( +\S+)+$/gm)).toHaveLength(3);
  });
});
