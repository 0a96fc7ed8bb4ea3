import { AdsamError } from "../../errors.ts";
import type { Normalization } from "../../schema/data.ts";
import { tensor } from "../../tensor.ts";
import type { Split } from "../dataset.ts";
import { decodeBatch, decodeNames } from "./cifar-python.ts";
import type { Place } from "./place.ts";
import type { Version } from "./version.ts";

const side = 32;
const imageBytes = 3 * side * side;

/** The reference's. */
const normalization: Normalization = { scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** What both versions of a data set share. */
interface Facts {
  readonly name: "CIFAR-10" | "CIFAR-100";
  readonly classes: number;
}

/** Pixels [N, 3072], red before green before blue, and classes [N]. */
export interface Batch {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

interface Layout {
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** The file with the names of the classes. */
  readonly names: string;
}

const cifar10: Facts = { name: "CIFAR-10", classes: 10 };
const cifar100: Facts = { name: "CIFAR-100", classes: 100 };
const batches = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}`);

/**
 * CIFAR-10, and CIFAR-100 with its fine labels (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
 * 2009), in the published binary and Python versions. A file may hold fewer records than the published one.
 */
export const cifarVersions: readonly Version[] = [
  binary(cifar10, "cifar-10-batches-bin", 1, {
    train: batches.map((name) => `${name}.bin`),
    test: ["test_batch.bin"],
    names: "batches.meta.txt",
  }),
  binary(cifar100, "cifar-100-binary", 2, { train: ["train.bin"], test: ["test.bin"], names: "fine_label_names.txt" }),
  python(cifar10, "cifar-10-batches-py", "labels", { train: batches, test: ["test_batch"], names: "batches.meta" }),
  python(cifar100, "cifar-100-python", "fine_labels", { train: ["train"], test: ["test"], names: "meta" }),
];

/** Records of some label bytes, the last of which is the class, and the pixels. */
function binary(facts: Facts, folder: string, labelBytes: number, layout: Layout): Version {
  const words = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString("utf8")
      .split("\n")
      .filter((word) => word !== "");
  const decode = (bytes: Uint8Array, path: string) => decodeRecords(bytes, labelBytes, path);
  return version(facts, "binary", folder, layout, decode, words);
}

/** Pickled dictionaries, which are read without running anything. */
function python(facts: Facts, folder: string, labelKey: string, layout: Layout): Version {
  const decode = (bytes: Uint8Array, path: string) => decodeBatch(bytes, labelKey, path);
  const words = (bytes: Uint8Array, path: string) => decodeNames(bytes, labelKey, path);
  return version(facts, "Python", folder, layout, decode, words);
}

function version(
  { name, classes }: Facts,
  kind: "binary" | "Python",
  folder: string,
  { train, test, names }: Layout,
  decode: (bytes: Uint8Array, path: string) => Batch,
  words: (bytes: Uint8Array, path: string) => string[],
): Version {
  const what = `the published ${kind} version of ${name}`;
  const split = async (place: Place, files: readonly string[]): Promise<Split> => {
    const read: Batch[] = [];
    for (const file of files) {
      const batch = decode(await place.read(file), place.pathOf(file));
      checkLabels(batch, classes, place.pathOf(file));
      read.push(batch);
    }
    return joined(read);
  };
  return {
    name,
    what,
    folders: [folder],
    archive: `${name.toLowerCase()}-${kind.toLowerCase()}.tar.gz`,
    files: [...train, ...test],
    async read(place) {
      const parts = { train: await split(place, train), test: await split(place, test) };
      const named = place.has(names) ? words(await place.read(names), place.pathOf(names)) : [];
      const classNames = named.length === classes ? { classNames: named } : {};
      return {
        format: what,
        dataset: { name, classes, ...classNames, ...parts, normalization },
        remarks: [],
        leftOut: [],
      };
    },
  };
}

function decodeRecords(bytes: Uint8Array, labelBytes: number, path: string): Batch {
  const recordBytes = labelBytes + imageBytes;
  const count = bytes.length / recordBytes;
  if (count === 0 || !Number.isInteger(count)) {
    throw new AdsamError("data", `${path}: expected records of ${recordBytes} bytes, got ${bytes.length} bytes`, {
      suggestion: "it may be cut short: unpack the archive again",
    });
  }
  const [pixels, labels] = [new Uint8Array(count * imageBytes), new Uint8Array(count)];
  for (let i = 0; i < count; i++) {
    const start = i * recordBytes + labelBytes;
    labels[i] = bytes[start - 1] ?? 0;
    pixels.set(bytes.subarray(start, start + imageBytes), i * imageBytes);
  }
  return { pixels, labels };
}

function checkLabels({ labels }: Batch, classes: number, path: string): void {
  const record = labels.findIndex((label) => label >= classes);
  if (record < 0) return;
  throw new AdsamError(
    "data",
    `${path}: the label of record ${record} is ${labels[record]}, expected 0 to ${classes - 1}`,
  );
}

function joined(read: readonly Batch[]): Split {
  const count = read.reduce((sum, { labels }) => sum + labels.length, 0);
  const [pixels, labels] = [new Uint8Array(count * imageBytes), new Uint8Array(count)];
  let at = 0;
  for (const batch of read) {
    pixels.set(batch.pixels, at * imageBytes);
    labels.set(batch.labels, at);
    at += batch.labels.length;
  }
  return { images: tensor(pixels, [count, 3, side, side]), labels: tensor(labels) };
}
