import { expect, test } from "vitest";
import { curveCharts } from "../../src/report/charts/curves.ts";
import { readRun } from "../../src/report/reported-run.ts";
import { temporaryFolder } from "../temporary.ts";
import { recorded } from "./recorded.ts";

test("the weight of the KL divergence is drawn where it changes", async () => {
  const run = await readRun(await recorded(await temporaryFolder()));
  const namesOf = (betas: readonly number[]) => {
    const epochs = run.epochs.map((epoch, n) => ({ ...epoch, beta: betas[n] ?? null }));
    return curveCharts([{ name: "run", runs: [{ ...run, epochs }] }]).map(({ name }) => name);
  };
  expect(namesOf([1e-6, 1e-6])).not.toContain("beta");
  expect(namesOf([0, 1e-6])).toEqual(expect.arrayContaining(["loss", "kl", "beta"]));
});
