import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { slice } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { openRun, writeRecord } from "../../src/experiments/run-folder.ts";
import { train } from "../../src/experiments/train.ts";
import { jsonText } from "../../src/json.ts";
import { meanProbabilities } from "../../src/metrics.ts";
import { open } from "../../src/open.ts";
import { report } from "../../src/report/report.ts";
import { readSafetensors, writeSafetensors } from "../../src/safetensors.ts";
import { tensor } from "../../src/tensor.ts";
import { record } from "../experiments/records.ts";
import { sharedFolder, temporaryFolder } from "../temporary.ts";
import { recorded } from "./recorded.ts";

/** Rows of a CSV file as objects; no cell of these holds a comma. */
async function rowsOf(path: string): Promise<Record<string, string>[]> {
  const [head = "", ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, column) => [names[column] ?? "", cell])));
}

const headings = (page: string) => [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, title]) => title);

describe("of a run that was trained", () => {
  const shared = sharedFolder();
  const [run, output, pictures] = [join(shared, "run"), join(shared, "report.html"), join(shared, "pictures")];
  const shift = ["brightness"] as const;
  const testImages = 43; // half of each class
  let page: string;

  beforeAll(async () => {
    const { train: digits, normalization } = await loadDataset("digits");
    const named = { classes: "10", normalization: jsonText(normalization) };
    const [own, others] = [join(shared, "own.safetensors"), join(shared, "others.safetensors")];
    await writeSafetensors(own, { ...slice(digits, 0, 80) }, named);
    await writeSafetensors(others, { ...slice(digits, 1000, 1010) }, named);
    await using backend = await open({ backend: "tfjs" });
    const fit = { epochs: 1, batch: 10, steps: 1 };
    const model = { kind: "resnet20", initLogSigma: -4 } as const;
    for await (const _ of train({ model, data: { name: own, holdOut: 0.5 }, fit, folder: run, backend }));
    await report([run], { output, pictures, samples: 2, backend, shift, outOfDistribution: others, images: 3 });
    page = await readFile(output, "utf8");
  });

  test("is one page that needs nothing else", () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(|src="(?!data:)/);
    expect([...page.matchAll(/https?:\/\/[^"\s]*/g)].map(([address]) => address)).toEqual(
      expect.not.arrayContaining([expect.not.stringMatching(/^http:\/\/www\.w3\.org\//)]),
    );
    expect(page.length).toBeLessThan(2e6);
    expect(headings(page)).toEqual([
      ...["What was run", "What came of it", "Training", "Calibration", "Uncertainty of right and wrong answers"],
      ...["In and out of distribution", "Under shift", "Learned sigma", "Images", "Options", "Versions"],
    ]);
    expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(6);
    expect(page.match(/<svg role="img" aria-label="[^"]+"/g)?.length).toBe(page.match(/<svg/g)?.length);
  });

  test("takes a data set of other classes and sizes for what is out of distribution", async () => {
    const [large, other] = [join(shared, "large.safetensors"), join(shared, "other.html")];
    const [images, labels] = [tensor(new Uint8Array(2 * 3 * 256).fill(255), [2, 3, 16, 16]), tensor(new Uint8Array(2))];
    const parts = { train_images: images, train_labels: labels, test_images: images, test_labels: labels };
    await writeSafetensors(large, parts, { classes: "2" });
    await report([run], { output: other, samples: 2, backend: { backend: "tfjs" }, outOfDistribution: large });
    const compared = await readFile(other, "utf8");
    expect(headings(compared)).toContain("In and out of distribution");
    expect(compared).toContain("large (out of distribution)");
  });

  test("judges the ensemble of runs that differ in the seed alone: the mean of their probabilities", async () => {
    const [other, own] = [join(shared, "other"), join(shared, "ensemble")];
    await cp(run, other, { recursive: true });
    await rm(join(other, "predictions"), { recursive: true });
    const { record, files } = await openRun(other);
    await writeRecord(files.record, { ...record, fit: { ...record.fit, seed: 7 } });
    const { tensors, metadata } = await readSafetensors(files.checkpoint);
    const bias = tensor(new Float32Array(10).map((_, digit) => digit / 2));
    await writeSafetensors(files.checkpoint, { ...tensors, "linear.mu_bias": bias }, metadata);
    const asked = { output: join(shared, "ensemble.html"), pictures: own, samples: 2, shift, ensemble: true };
    await report([run, other], asked);
    const rows = await rowsOf(join(own, "comparison.csv"));
    expect(rows.map(({ series }) => series)).toEqual(["all runs", "ensemble of 2"]);
    const members = await Promise.all(
      [run, other].map(async (folder) => {
        const [name = ""] = await readdir(join(folder, "predictions"));
        return (await readSafetensors(join(folder, "predictions", name))).tensors;
      }),
    );
    const [first, second] = members.map(({ logits }) => logits && meanProbabilities({ logits }).data);
    const labels = Array.from(members[0]?.labels?.data ?? [], Number);
    const mean = (at: number) => ((first?.[at] ?? Number.NaN) + (second?.[at] ?? Number.NaN)) / 2;
    const nll = labels.map((label, image) => -Math.log(mean(10 * image + label)));
    expect(Number(rows[1]?.nll)).toBeCloseTo(nll.reduce((a, b) => a + b) / labels.length, 10);
    expect(Number(rows[0]?.nll)).toBeGreaterThan(Number(rows[1]?.nll));
    const shifted = await rowsOf(join(own, "shift-accuracy.csv"));
    expect(shifted.filter(({ series }) => series === "ensemble of 2")).toHaveLength(6);
    await expect(report([run], asked)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("got none"),
    });
  });

  test("has a picture as SVG and PNG and its numbers for each chart", async () => {
    const files = await readdir(pictures);
    const charts = files.filter((name) => name.endsWith(".svg")).map((name) => name.slice(0, -".svg".length));
    expect(charts).toEqual(
      expect.arrayContaining([
        "accuracy",
        "reliability",
        "retention",
        "sigma",
        "shift-accuracy",
        "uncertainty-outside-predictiveEntropy",
      ]),
    );
    expect(files.sort()).toEqual(
      [...charts.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]), "comparison.csv", "runs.csv"].sort(),
    );
    const png = await readFile(join(pictures, "retention.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
  });

  test("says of the test images what each picture is of", async () => {
    const [numbers] = await rowsOf(join(pictures, "runs.csv"));
    const bins = await rowsOf(join(pictures, "reliability.csv"));
    const images = bins.reduce((sum, bin) => sum + Number(bin.images), 0);
    const right = bins.reduce((sum, bin) => sum + Number(bin.images) * Number(bin.accuracy), 0);
    const gap = bins.reduce(
      (sum, b) => sum + Number(b.images) * Math.abs(Number(b.accuracy) - Number(b.confidence)),
      0,
    );
    expect([images, right / images, gap / images]).toEqual([
      testImages,
      expect.closeTo(Number(numbers?.accuracy), 12),
      expect.closeTo(Number(numbers?.ece), 12),
    ]);
    const kept = await rowsOf(join(pictures, "retention.csv"));
    expect(Number(kept.find(({ kept: part }) => part === "1")?.mean)).toBeCloseTo(right / images, 12);
    const verdicts = await rowsOf(join(pictures, "uncertainty-right-predictiveEntropy.csv"));
    const counted = (series: string) =>
      verdicts.filter((row) => row.series === series).reduce((sum, row) => sum + Number(row.images), 0);
    expect([counted("classified right"), counted("classified wrong")]).toEqual([
      Math.round(right),
      testImages - Math.round(right),
    ]);
    const shifted = await rowsOf(join(pictures, "shift-accuracy.csv"));
    expect(shifted.map(({ severity }) => severity)).toEqual(["0", "1", "2", "3", "4", "5"]);
    const sigmas = await rowsOf(join(pictures, "sigma.csv"));
    expect(sigmas).toHaveLength(39);
    for (const { median } of sigmas) expect(Math.log(Number(median))).toBeCloseTo(-4, 0);
  });
});

test("runs of the same options are averaged over, with standard errors", async () => {
  const folder = await temporaryFolder();
  const runs = await Promise.all([
    recorded(join(folder, "a"), { seed: 1, accuracy: 0.5 }),
    recorded(join(folder, "b"), { seed: 2, accuracy: 0.7 }),
    recorded(join(folder, "c"), { seed: 1, ratio: 0, accuracy: 0.25 }),
  ]);
  const [output, pictures] = [join(folder, "report.html"), join(folder, "pictures")];
  const { unpredicted } = await report(runs, { output, pictures });
  expect(Object.values(unpredicted)).toEqual(Array(3).fill("it has no model"));
  const page = await readFile(output, "utf8");
  expect(page).toContain("<td>0.60 ± 0.10</td><td>0.25</td>");
  expect(page).toContain("<td>4</td><td>4</td>"); // seconds, alike in all
  expect(headings(page)).toContain("Comparison");
  const rows = await rowsOf(join(pictures, "accuracy.csv"));
  expect(rows[0]).toMatchObject({ series: "ratio 0.8", epoch: "1", runs: "2" });
  expect([rows[0]?.mean, rows[0]?.low, rows[0]?.high].map(Number)).toEqual(
    [0.6, 0.5, 0.7].map((x) => expect.closeTo(x, 12)),
  );
});

describe("what adsam conform answered", () => {
  const answered = (versions: Readonly<Record<string, string>>) => ({
    ...{ passed: 2, failed: 1 },
    cases: [
      { suite: "layers", id: "a", backend: "tfjs", status: "passed", worst: null },
      { suite: "layers", id: "b", backend: "tfjs", status: "failed", worst: null },
      { suite: "training", id: "a", backend: "tfjs", status: "passed", worst: null },
      { suite: "training", id: "b", backend: "tfjs", status: "unsupported", worst: null },
    ],
    measured: {
      ...{ version: record.version, date: "2026-11-28T00:00:00.000Z" },
      sides: [{ backend: record.backend.backend, device: "cpu", versions }],
    },
  });

  test.each([
    [record.backend.versions, false],
    [{ other: "1" }, true],
  ])("stands beside the versions of the runs, and whether they are its own: %j", async (versions, differ) => {
    const folder = await temporaryFolder();
    const [output, conformance] = [join(folder, "report.html"), join(folder, "conform.json")];
    await writeFile(conformance, jsonText(answered(versions)));
    await report([await recorded(join(folder, "run"))], { output, conformance });
    const page = await readFile(output, "utf8");
    expect(headings(page)).toContain("Conformance");
    expect(page).toContain("adsam conform found 2 cases to agree and 1 to differ (conform.json).");
    expect(page).toMatch(/layers<\/t[dh]><td>tfjs<\/td><td>1<\/td><td>1<\/td><td>0<\/td>/);
    expect(page).toContain("Measured on 2026-11-28");
    expect(page.includes("was made with other versions")).toBe(differ);
  });

  test("is refused where it is something else", async () => {
    const folder = await temporaryFolder();
    const [output, run] = [join(folder, "report.html"), await recorded(join(folder, "run"))];
    const told = { code: "file", message: expect.stringContaining("run.json: passed:") };
    await expect(report([run], { output, conformance: join(run, "run.json") })).rejects.toMatchObject(told);
  });
});

test("what a run does not have is said in a line", async () => {
  const folder = await temporaryFolder();
  const output = join(folder, "report.html");
  await report([await recorded(join(folder, "run"), { epochs: 0 })], { output });
  const page = await readFile(output, "utf8");
  for (const line of ["No epoch is over", "nothing is predicted: it has no model", "(--shift)", "no learned sigmas"]) {
    expect(page).toContain(line);
  }
  expect(page).not.toContain("<svg");
});

test("a name is text on the page", async () => {
  const folder = await temporaryFolder();
  const output = join(folder, "report.html");
  await report([await recorded(join(folder, '<b> & "run" $&'))], { output, recordedOnly: true });
  expect(await readFile(output, "utf8")).toContain("&lt;b&gt; &amp; &quot;run&quot; $&amp;");
});

describe("what cannot be reported on is refused, and nothing is written", () => {
  test.each<[what: string, runs: string[], output: string, error: object]>([
    ["no run", ["."], "new.html", { code: "file", message: expect.stringContaining("is not the folder of a run") }],
    [
      "a run of another version",
      ["old"],
      "new.html",
      { code: "file", message: expect.stringContaining("expected format 4, got 1") },
    ],
    [
      "a run twice",
      ["run", "run"],
      "new.html",
      { code: "usage", message: expect.stringContaining("expected each run once") },
    ],
    ["nothing", [], "new.html", { code: "usage", message: "expected runs to report on, got none" }],
    [
      "a page in no folder",
      ["run"],
      "nowhere/new.html",
      { code: "file", message: expect.stringContaining("there is no folder") },
    ],
    [
      "a page in the place of something else",
      ["run"],
      "run/run.json",
      { code: "file", message: expect.stringContaining("is no report") },
    ],
  ])("%s", async (_, runs, output, error) => {
    const folder = await temporaryFolder();
    await recorded(join(folder, "run"));
    await mkdir(join(folder, "old"));
    await writeFile(join(folder, "old/run.json"), '{"format": 1}');
    const before = await readdir(folder, { recursive: true });
    const places = runs.map((run) => join(folder, run));
    await expect(report(places, { output: join(folder, output) })).rejects.toMatchObject(error);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  test("another report is replaced", async () => {
    const folder = await temporaryFolder();
    const run = await recorded(join(folder, "run"));
    const options = { output: join(folder, "report.html"), recordedOnly: true };
    await report([run], options);
    expect((await report([run], options)).output).toBe(options.output);
  });
});
