import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../../../src/data/index.ts";
import { paperExperiment } from "../../../src/experiments/paper/paper.ts";
import { planTrials, seedLimit, tasksOf } from "../../../src/experiments/paper/plan.ts";
import type { SweepEvent } from "../../../src/experiments/sweep/engine.ts";
import { estimate } from "../../../src/experiments/sweep/table.ts";
import type { TrainConfig } from "../../../src/experiments/train-config.ts";
import { evaluation, meanProbabilities } from "../../../src/metrics.ts";
import { open } from "../../../src/open.ts";
import { readSafetensors } from "../../../src/safetensors.ts";
import { temporaryFolder } from "../../temporary.ts";
import { digitsFile } from "../../tfjs/digits.ts";

const comparison = { seeds: [1, 2], members: 2, samples: 2, fidelities: ["paper"] as const };

async function tiny() {
  const folder = await temporaryFolder();
  const name = await digitsFile(folder, 16, 8);
  const train: TrainConfig = {
    model: { initLogSigma: -3 },
    data: { name },
    fit: { epochs: 2, batch: 16, steps: 1, milestones: [] },
    backend: { backend: "tfjs" },
  };
  return { train, folder: join(folder, "experiment"), ...comparison };
}

test("takes each run once, goes on where it was broken off, and says what its files say", async () => {
  const options = await tiny();
  const begun: string[] = [];
  const stop = new AbortController();
  const onEvent = (event: SweepEvent) => {
    if (event.kind === "begin") begun.push(`${event.run}${event.resumed ? " again" : ""}`);
    if (event.kind === "event" && begun.length === 6) stop.abort();
  };
  await using backend = await open({ backend: "tfjs" });
  const broken = paperExperiment({ ...options, backend, onEvent, signal: stop.signal });
  await expect(broken).rejects.toMatchObject({ code: "cancelled", suggestion: "the same command goes on with it" });
  const part = JSON.parse(await readFile(join(options.folder, "paper.json"), "utf8"));
  expect(part.rows.map(({ seeds }: { seeds: number[] }) => seeds)).toEqual([[1], [1], [1], [1]]);

  const result = await paperExperiment({ ...options, backend, onEvent });
  const named = ["adversarial-sampling", "variational-inference", "deterministic"].map((name) => `${name}-paper-seed`);
  expect(begun).toEqual([
    ...named.map((name) => `${name}1`),
    "deterministic-paper-seed1-member1",
    ...named.slice(0, 2).map((name) => `${name}2`),
    "variational-inference-paper-seed2 again",
    "deterministic-paper-seed2",
    "deterministic-paper-seed2-member1",
  ]);
  const [sampled, , plain, ensemble] = result.rows;
  expect(result.rows.map(({ seeds, missing, failed }) => ({ seeds, missing, failed }))).toEqual(
    result.rows.map(() => ({ seeds: [1, 2], missing: [], failed: {} })),
  );

  // By the models themselves: what the checkpoints say of the test images.
  const { test: part2 } = await loadDataset(options.train.data?.name ?? "");
  const of = async (name: string, samples: number, seed: number) => {
    const model = await backend.load(join(options.folder, "runs", name, "checkpoint.safetensors"));
    const how = samples === 1 ? ({ weights: "mean", samples } as const) : { samples };
    return model.predict(part2.images, { ...how, noise: { kind: "gaussian", seed } });
  };
  const drawn = await Promise.all([1, 2].map((seed) => of(`adversarial-sampling-paper-seed${seed}`, 2, seed)));
  const each = drawn.map((prediction) => evaluation(prediction, part2.labels));
  expect(sampled?.metrics.nll).toEqual(estimate(each.map(({ nll }) => nll)));
  expect(sampled?.retention.map(({ accuracy }) => accuracy.mean)).toEqual(
    each[0]?.retention.map(({ accuracy }, at) => (accuracy + (each[1]?.retention[at]?.accuracy ?? Number.NaN)) / 2),
  );
  const members = await Promise.all(
    ["deterministic-paper-seed1", "deterministic-paper-seed1-member1"].map((name) => of(name, 1, 0)),
  );
  const [first, second] = members.map((member) => meanProbabilities(member).data);
  const average = first?.map((probability, at) => (probability + (second?.[at] ?? Number.NaN)) / 2) ?? [];
  const labels = Array.from(part2.labels.data, Number);
  const nll = labels.reduce((sum, label, image) => sum - Math.log(average[image * 10 + label] ?? 0), 0) / labels.length;
  const kept = await Promise.all(
    ["seed1", "seed1-member1"].map(async (name) => {
      const folder = join(options.folder, "runs", `deterministic-paper-${name}`, "predictions");
      const [file = ""] = await readdir(folder);
      const { tensors } = await readSafetensors(join(folder, file));
      return tensors.logits?.shape;
    }),
  );
  expect(kept).toEqual([
    [1, 8, 10],
    [1, 8, 10],
  ]);
  const { standardError, mean } = ensemble?.metrics.nll ?? { standardError: null, mean: 0 };
  const other = 2 * mean - nll; // of the other seed
  expect(standardError).toBeCloseTo(Math.abs(other - nll) / 2, 10);
  expect(plain?.metrics.misclassificationAurocOfMutualInformation).toBeUndefined();

  // Nothing is taken or asked again, but what was taken away.
  begun.length = 0;
  expect(await paperExperiment({ ...options, backend, onEvent })).toEqual(result);
  expect(begun).toEqual([]);
  await rm(join(options.folder, "runs", "deterministic-paper-seed2"), { recursive: true });
  const anew = await paperExperiment({ ...options, backend, onEvent });
  expect(begun).toEqual(["deterministic-paper-seed2"]);
  expect(anew.rows[3]?.metrics.nll).toEqual(ensemble?.metrics.nll);

  const lines = (await readFile(join(options.folder, "paper.md"), "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(2 + 4);
  expect(lines[2]).toMatch(/^\| adversarial sampling \| paper \| 2 \| [\d.]+/);
  expect((await readFile(join(options.folder, "retention.csv"), "utf8")).trimEnd().split("\n")).toHaveLength(
    1 + 4 * 20,
  );
  const figure = await readFile(join(options.folder, "retention-paper.svg"), "utf8");
  for (const method of ["adversarial sampling", "variational inference", "deterministic", "deep ensemble"]) {
    expect(figure).toContain(`>${method}</text>`);
  }
  const png = await readFile(join(options.folder, "retention-paper.png"));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const csv = (await readFile(join(options.folder, "paper.csv"), "utf8")).trimEnd().split("\n");
  expect(csv[0]?.split(",").slice(0, 5)).toEqual([
    "method",
    "fidelity",
    "seeds",
    "accuracy",
    "accuracy (standard error)",
  ]);

  const changed = { ...options, train: { ...options.train, fit: { ...options.train.fit, ratio: 0.5 } } };
  await expect(paperExperiment(changed)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/holds a run of other options/),
  });
  await rm(options.train.data?.name ?? "");
  await digitsFile(join(options.folder, ".."), 16, 7);
  await expect(paperExperiment(options)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(/has changed/),
  });
}, 120_000);

test("no two runs have a seed in common, and an ensemble begins with the plain network", () => {
  const trials = planTrials({ ...comparison, train: {}, members: 3, fidelities: ["reference", "paper"] }, "");
  const plain = tasksOf(trials).filter(({ config }) => config.model?.bayesian === false);
  expect(plain.map(({ seed }) => seed)).toEqual(
    [1, 2].flatMap((seed) => [0, 1, 2, 0, 1, 2].map((member) => seed + member * seedLimit)),
  );
  expect(trials.map(({ tasks }) => tasks.length)).toEqual([1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 3]);
  for (let at = 2; at < trials.length; at += 4) expect(trials[at + 1]?.tasks[0]).toBe(trials[at]?.tasks[0]);
});

test.each([
  [{ train: { fit: { seed: 1 } } }, /^fit\.seed: the experiment decides it itself/],
  [{ train: { model: { bayesian: false } } }, /^model\.bayesian: the experiment decides it itself/],
  [{ train: { fit: { ratio: 0 } } }, /^fit\.ratio: expected more than 0/],
  [{ train: { fit: { ratoi: 1 } } }, /unknown field ratoi: did you mean ratio\?/],
  [{ train: { folder: "x" } }, /^folder: the experiment names/],
  [{ members: 1 }, /members: expected .*2.*, got 1/],
  [{ seeds: [seedLimit] }, /seeds.*, got 100000/],
  [{ seeds: [] }, /seeds: expected a list from 1 elements/],
  [{ fidelities: ["papre"] }, /fidelities/],
])("%j is refused before anything runs", async (options, message) => {
  const folder = await temporaryFolder();
  await expect(paperExperiment({ folder, ...options } as never)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(message),
  });
});
