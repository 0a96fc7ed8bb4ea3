import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadDataset } from "../src/data/index.ts";
import { readNetpbm } from "../src/data/netpbm.ts";
import { encodeSafetensors } from "../src/safetensors.ts";
import { modelSpec } from "../src/schema/models.ts";
import { tensor } from "../src/tensor.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../src/tfjs/checkpoint.ts";
import { startEngine } from "../src/tfjs/engine.ts";
import { build } from "../src/tfjs/models/build.ts";
import { temporaryFolder } from "./temporary.ts";

beforeAll(() => startEngine());

/** Numbers from 0 to `below`, the same in every run. */
function chance(): (below: number) => number {
  let state = 7;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** With some of its first bytes, where headers are, changed, left out, doubled or cut off. */
function changed(content: Uint8Array, below: (limit: number) => number): Uint8Array {
  let bytes = [...content];
  for (let changes = [1, 2, 8][below(3)] ?? 1; changes > 0; changes--) {
    const [place, length] = [below(Math.min(bytes.length, 1000)), 1 + below(20)];
    const odd = Buffer.from('\0\xff{}[]",:-019#\n ', "latin1");
    const ways = [
      () => bytes.splice(place, 1, (bytes[place] ?? 0) ^ (1 << below(8))),
      () => bytes.splice(place, 1, odd[below(odd.length)] ?? 0),
      () => bytes.splice(place, length),
      () => bytes.splice(place, 0, ...bytes.slice(place, place + length)),
      () => {
        bytes = bytes.slice(0, place + 1);
      },
    ];
    ways[below(ways.length)]?.();
  }
  return Uint8Array.from(bytes);
}

const checkpoint = () =>
  Buffer.concat(encodeCheckpoint(build(modelSpec.parse({ kind: "linear", inFeatures: 3, outFeatures: 2 })), "0.1.0"));

const dataset = () =>
  Buffer.concat(
    encodeSafetensors(
      {
        train_images: tensor(new Uint8Array(24), [2, 3, 2, 2]),
        train_labels: tensor(Uint8Array.of(0, 1)),
        test_images: tensor(new Uint8Array(12), [1, 3, 2, 2]),
        test_labels: tensor(BigInt64Array.of(1n)),
      },
      { normalization: '{"scale":1,"mean":[0,0,0],"std":[1,1,1]}' },
    ),
  );

test.each<[string, () => Uint8Array, (path: string, bytes: Uint8Array) => unknown]>([
  ["checkpoints", checkpoint, (path, bytes) => decodeCheckpoint(bytes, path).dispose()],
  ["data sets", dataset, (path) => loadDataset(path)],
  ["pictures", () => Buffer.from("P6 # by hand\n2 1 255\nabcdef"), readNetpbm],
])("%s with a few bytes changed are read, or refused by one error of ours", async (_, whole, read) => {
  const path = join(await temporaryFolder(), "changed");
  const [content, below] = [whole(), chance()];
  let refused = 0;
  for (let n = 0; n < 200; n++) {
    const bytes = changed(content, below);
    await writeFile(path, bytes);
    try {
      await read(path, bytes);
    } catch (error) {
      expect(error).toMatchObject({
        name: "AdsamError",
        code: expect.stringMatching(/^(checkpoint|data|usage|file)$/),
      });
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(50);
});
