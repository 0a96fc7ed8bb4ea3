import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTrainConfig } from "../../src/experiments/config.ts";
import { writeRecord } from "../../src/experiments/run-folder.ts";
import { temporaryFolder } from "../temporary.ts";
import { record } from "./records.ts";

async function written(value: unknown, name = "config.json"): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, JSON.stringify(value));
  return path;
}

test("a run's run.json says how to make it again, from where it was begun, and not where it was recorded", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "run.json");
  const given = { model: { kind: "vgg11" }, data: { name: "pictures" }, fit: { epochs: 3 } };
  const environment = {
    host: "here",
    platform: "Linux",
    processors: 2,
    memory: 1,
    node: "20",
    directory: "/elsewhere",
    variables: {},
  };
  await writeRecord(path, { ...record, given, environment, pretrain: "/plain.safetensors" });
  expect(await readTrainConfig(path)).toEqual({
    ...given,
    data: { name: "/elsewhere/pictures" },
    pretrain: "/plain.safetensors",
  });
});

test("null takes back what the file before it has said", async () => {
  const base = await written({ maxMinutes: 5, fit: { patience: 3 }, notes: "base" });
  const config = await written({ extends: base, maxMinutes: null, fit: { patience: null } });
  expect(await readTrainConfig(config)).toEqual({ maxMinutes: null, fit: { patience: null }, notes: "base" });
});

test.each([
  [{ fit: { epoch: 3 } }, /fit: .*epoch/],
  [{ modle: {} }, /modle/],
  [{ fit: { ratio: 2 } }, /fit\.ratio: expected .*1.*, got 2/],
  [{ preset: "digit" }, /preset: .*digit/],
  [{ extends: "nowhere.json" }, /cannot read .*nowhere\.json/],
  [[], /expected/],
  [{ seed: 3 }, /unknown field seed: did you mean model\.seed or fit\.seed\?$/],
])("%j is refused by name", async (value, message) => {
  const path = await written(value);
  await expect(readTrainConfig(path)).rejects.toMatchObject({ code: "file", message: expect.stringMatching(message) });
});

test("files that extend each other are refused, with their names", async () => {
  const folder = await temporaryFolder();
  const [first, second] = [join(folder, "first.json"), join(folder, "second.json")];
  await writeFile(first, JSON.stringify({ extends: "second.json" }));
  await writeFile(second, JSON.stringify({ extends: "first.json" }));
  await expect(readTrainConfig(first)).rejects.toMatchObject({
    code: "file",
    message: expect.stringContaining(`${first}, ${second}, ${first}`),
  });
});

test("a file may begin with a byte order mark, as some editors write it", async () => {
  const path = join(await temporaryFolder(), "config.json");
  await writeFile(path, '\uFEFF{"fit":{"epochs":3}}');
  expect(await readTrainConfig(path)).toEqual({ fit: { epochs: 3 } });
});
