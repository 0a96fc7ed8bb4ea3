import { expect, test } from "vitest";
import { slice } from "../src/data/dataset.ts";
import { loadDataset, open, tensor } from "../src/index.ts";

test.each(["torch", "tfjs"] as const)(
  "labels of other integers than uint8 train the same network on %s",
  async (name) => {
    await using backend = await open({ backend: name });
    const { train, ...digits } = await loadDataset("digits");
    const some = slice(train, 0, 20);
    const numbers = Array.from(some.labels.data, Number);
    const others = [tensor(Int32Array.from(numbers)), tensor(Uint16Array.from(numbers))];
    const trained = [];
    for (const labels of [some.labels, ...others]) {
      const model = await backend.model({ kind: "resnet20" });
      await model.fit({ ...digits, train: { ...some, labels } }, { epochs: 1, batch: 10 });
      trained.push(await model.read(["linear.mu_bias"]));
      await model.dispose();
    }
    for (const weights of trained) expect(weights).toEqual(trained[0]);
  },
);
