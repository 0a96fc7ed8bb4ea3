import { existsSync } from "node:fs";
import { join } from "node:path";
import { AdsamError } from "../../errors.ts";
import { readBytes } from "../../files.ts";
import type { Normalization } from "../../schema/data.ts";
import { tensor } from "../../tensor.ts";
import type { Split } from "../dataset.ts";
import type { Found } from "./found.ts";

/** The published binary version: records of some label bytes, then 32x32 pixels of red, of green and of blue. */
interface Format {
  /** The folder that the published archive unpacks to. */
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Label bytes at the head of a record; the last of them is the class. */
  readonly labelBytes: number;
  readonly classes: number;
}

const formats = {
  "CIFAR-10": {
    folder: "cifar-10-batches-bin",
    train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
    test: ["test_batch.bin"],
    labelBytes: 1,
    classes: 10,
  },
  "CIFAR-100": {
    folder: "cifar-100-binary",
    train: ["train.bin"],
    test: ["test.bin"],
    labelBytes: 2,
    classes: 100,
  },
} as const satisfies Record<string, Format>;

export type CifarName = keyof typeof formats;

const side = 32;
const imageBytes = 3 * side * side;

/** The reference's. */
const normalization: Normalization = { scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/**
 * CIFAR-10, or CIFAR-100 with its fine labels (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
 * 2009), from the binary version in `folder` or in the folder within it that the archive unpacks to. Nothing is
 * downloaded. A file may hold fewer records than the published one.
 * @throws AdsamError `file` when files are missing, `data` when they hold broken records or labels that are no class.
 */
export async function readCifar(name: CifarName, folder: string): Promise<Found> {
  const format = formats[name];
  const found = find(name, folder);
  const [train, test] = [await readSplit(found, format.train, format), await readSplit(found, format.test, format)];
  return {
    format: `the published binary version of ${name}`,
    dataset: { name, classes: format.classes, train, test, normalization },
    remarks: [],
    leftOut: [],
  };
}

function find(name: CifarName, folder: string): string {
  const format = formats[name];
  const files = [...format.train, ...format.test];
  const candidates = [folder, join(folder, format.folder)];
  const found = candidates.find((candidate) => files.every((file) => existsSync(join(candidate, file))));
  if (found !== undefined) return found;
  throw new AdsamError("file", `${name}: expected ${files.join(", ")} in ${candidates.join(" or ")}`, {
    suggestion: `unpack the "${name} binary version" of https://www.cs.toronto.edu/~kriz/cifar.html and give its folder`,
  });
}

async function readSplit(folder: string, files: readonly string[], format: Format): Promise<Split> {
  const records = (await Promise.all(files.map((file) => readRecords(join(folder, file), format)))).flat();
  const images = new Uint8Array(records.length * imageBytes);
  for (const [index, { pixels }] of records.entries()) images.set(pixels, index * imageBytes);
  return {
    images: tensor(images, [records.length, 3, side, side]),
    labels: tensor(Uint8Array.from(records, ({ label }) => label)),
  };
}

async function readRecords(path: string, { labelBytes, classes }: Format) {
  const bytes = await readBytes(path);
  const recordBytes = labelBytes + imageBytes;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0) {
    throw new AdsamError("data", `${path}: expected records of ${recordBytes} bytes, got ${bytes.length} bytes`, {
      suggestion: "it may be cut short: unpack the archive again",
    });
  }
  return Array.from({ length: bytes.length / recordBytes }, (_, index) => {
    const record = bytes.subarray(index * recordBytes, (index + 1) * recordBytes);
    const label = record[labelBytes - 1] ?? 0;
    if (label >= classes) {
      throw new AdsamError("data", `${path}: the label of record ${index} is ${label}, expected 0 to ${classes - 1}`);
    }
    return { label, pixels: record.subarray(labelBytes) };
  });
}
