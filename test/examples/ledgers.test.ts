import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { keepLedger, ledgerBadge } from "adversarial-sampling";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openSides, type Sides } from "../../examples/ladder.ts";

let sides: Sides & AsyncDisposable;
beforeAll(async () => {
  vi.stubEnv("MINGPT_CHECKOUT", ""); // ledgers are of the stand-ins
  sides = await openSides();
});
afterAll(async () => {
  await sides[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

test.each([
  ["port-as", ["accuracy", "elbo", "get_beta"]],
  ["port-minigpt", ["Trainer.step"]],
])(
  "%s: what its ledger has proved still holds, of the files as they are, and its badge says it",
  async (name, twins) => {
    const folder = resolve(import.meta.dirname, "../../examples", name);
    const report = await keepLedger(sides.twin, sides.torch, join(folder, "port.json"), { check: true });
    expect(report.entries.flatMap((one) => one.problems.map((problem) => `${one.name}: ${problem}`))).toEqual([]);
    expect(report.entries.filter(({ state }) => state === "conforms").map((one) => one.name)).toEqual(twins);
    expect(await readFile(join(folder, "port.svg"), "utf8")).toBe(ledgerBadge(report));
  },
);
