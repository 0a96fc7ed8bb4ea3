import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset, open } from "../src/index.ts";
import { temporaryFolder } from "./temporary.ts";

test.each(["torch", "tfjs"] as const)("what is no path and no option is refused by %s", async (name) => {
  await using backend = await open({ backend: name });
  const model = await backend.model({ kind: "resnet20" });
  const folder = await temporaryFolder();
  const path = join(folder, "model");
  const [data, no] = [await loadDataset("digits"), undefined as unknown as string];
  const refused: [() => PromiseLike<unknown>, string][] = [
    [() => model.save(no), "save: expected a path, got nothing"],
    [() => model.save(""), "save: expected a path, got an empty text"],
    [() => model.save("a\0b"), 'save: expected a path, got one that holds a zero byte, "a\\u0000b"'],
    [() => model.save(path, { format: "npz" as "pt" }), 'save: format: expected "safetensors" or "pt", got "npz"'],
    [() => model.save(path, { formt: "pt" } as object), "save: unknown field formt"],
    [() => backend.load(no), "load: expected a path, got nothing"],
    [() => backend.load(path, { sepc: {} } as object), "load: unknown field sepc"],
    [() => backend.load(path, { spec: { kind: "resnet21" as "resnet20" } }), 'load: spec.kind: expected "resnet20"'],
    [() => model.fit(data, { checkpoint: 3 as unknown as string }), "checkpoint: expected a path, got number"],
    [
      () => model.fit(data, { checkpoint: path, state: path }),
      `expected a file of its own for each, got ${path} twice`,
    ],
  ];
  for (const [attempt, message] of refused) {
    await expect(attempt()).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(message) });
  }
  await expect(model.fit(undefined as unknown as typeof data)).rejects.toMatchObject({ code: "data" });
  expect(await readdir(folder)).toEqual([]);
});

test.each(["torch", "tfjs"] as const)("what is no tensor is refused by %s", async (name) => {
  await using backend = await open({ backend: name });
  const network = await backend.model({ kind: "resnet20" });
  for (const value of [[1, 2], undefined, await loadDataset("digits")]) {
    await expect(network.predict(value as never)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^images: expected/),
    });
  }
});
