import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { decodeIdx } from "../src/data/formats/idx.ts";
import { decodeMat } from "../src/data/formats/mat.ts";
import { decodeNpz } from "../src/data/formats/npy.ts";
import { decodePickle } from "../src/data/formats/pickle.ts";
import { untar } from "../src/data/formats/tar.ts";
import { readNetpbm } from "../src/data/netpbm.ts";
import { loadFeatures } from "../src/data/sources/features.ts";
import { readSafetensorsFile } from "../src/data/sources/safetensors.ts";
import { encodeSafetensors } from "../src/safetensors.ts";
import { readingOptions } from "../src/schema/data.ts";
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

/** What a line of Python writes to `out`. */
const python = (line: string) => () => {
  const program = `import io, pickle, sys, tarfile, numpy as np\nout = io.BytesIO()\n${line}\nsys.stdout.buffer.write(out.getvalue())`;
  const { stdout, status, stderr } = spawnSync(resolve(import.meta.dirname, "../.adsam/venv/bin/python"), [
    "-c",
    program,
  ]);
  expect(status, stderr.toString()).toBe(0);
  return stdout;
};

/** One array `a` of two bytes. */
function matlab(): Uint8Array {
  const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const body = Buffer.concat([words(6, 8, 9, 0, 5, 8, 1, 2), words(0x10001, 0x61), words(2, 2, 0x0605, 0)]);
  const header = Buffer.concat([Buffer.from("MATLAB 5.0".padEnd(124)), Buffer.from("\0\x01IM", "latin1")]);
  return Buffer.concat([header, words(14, body.length), body]);
}

test.each<[string, () => Uint8Array, (path: string, bytes: Uint8Array) => unknown]>([
  ["checkpoints", checkpoint, (path, bytes) => decodeCheckpoint(bytes, path).dispose()],
  ["data sets", dataset, (path) => readSafetensorsFile(path, readingOptions.parse({}))],
  [
    "NumPy's archives",
    python("np.savez(out, images=np.zeros((2, 2), np.uint8))"),
    (path, bytes) => decodeNpz(bytes, path),
  ],
  [
    "pickles",
    python(`out.write(pickle.dumps({"data": np.zeros(9, np.uint8), "x": [1, "a"]}, 2))`),
    (path, bytes) => decodePickle(bytes, path),
  ],
  [
    "tar archives",
    python("tarfile.open(fileobj=out, mode='w').addfile(tarfile.TarInfo('x'))"),
    (path, bytes) => untar(bytes, path),
  ],
  ["MATLAB files", matlab, (path, bytes) => decodeMat(bytes, path)],
  ["idx files", () => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 6), (path, bytes) => decodeIdx(bytes, 1, path)],
  ["tables", () => Buffer.from('label,"a",b\n0,1,2\n1,"3",4\n'), (path) => loadFeatures(path)],
  ["pictures", () => Buffer.from("P6 # by hand\n2 1 255\nabcdef"), readNetpbm],
])("%s with a few bytes changed are read, or refused by one error of ours", async (_, whole, read) => {
  const path = join(await temporaryFolder(), "changed");
  const [content, below] = [whole(), chance()];
  await writeFile(path, content);
  await read(path, content);
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
