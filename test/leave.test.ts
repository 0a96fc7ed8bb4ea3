import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Dataset } from "../src/data/dataset.ts";
import { open, type Run } from "../src/index.ts";
import { readSafetensors } from "../src/safetensors.ts";
import { temporaryFolder } from "./temporary.ts";
import { firstDigits } from "./tfjs/digits.ts";

let digits: Dataset;
beforeAll(async () => {
  digits = await firstDigits(20, 10);
});

const ways: Record<string, (run: Run, close: () => Promise<void>) => Promise<void>> = {
  async "its loop is left"(run, close) {
    for await (const event of run) if (event.kind === "epoch") break;
    await close();
  },
  async "it is cancelled"(run, close) {
    await firstEvent(run);
    run.cancel();
    await close();
  },
  async "nobody cancels it"(run, close) {
    await firstEvent(run);
    await close();
  },
};

/** Without leaving: the iterator stays open. */
async function firstEvent(run: Run): Promise<void> {
  await run[Symbol.asyncIterator]().next();
}

describe.each(["torch", "tfjs"] as const)("a backend that is closed while a run is under way: %s", (name) => {
  test.each(Object.entries(ways))("once %s", async (_, leave) => {
    const folder = await temporaryFolder();
    const backend = await open({ backend: name, device: "cpu" });
    const model = await backend.model({ kind: "resnet20" });
    const files = { checkpoint: join(folder, "checkpoint"), state: join(folder, "state") };
    const run = model.fit(digits, { epochs: 100_000, batch: 10, steps: 1, validation: "none", ...files });
    await leave(run, () => backend.close());
    const { status, steps } = await run;
    expect(status).toBe("cancelled");
    const [checkpoint, state] = await Promise.all([files.checkpoint, files.state].map((path) => readSafetensors(path)));
    expect(state?.tensors["model.linear.mu_weight"]).toEqual(checkpoint?.tensors["linear.mu_weight"]);
    expect(JSON.parse(state?.metadata.training_state ?? "")).toMatchObject({ progress: { steps } });
  });
});
