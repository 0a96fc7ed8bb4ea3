import pLimit from "p-limit";
import { AdsamError } from "../../errors.ts";
import type { ReadingOptions } from "../../schema/data.ts";
import { tensor } from "../../tensor.ts";
import type { Split } from "../dataset.ts";
import { labelTensor } from "../labels.ts";
import { type Pixels, readPixels } from "../pictures.ts";
import type { LeftOut } from "./found.ts";

/** A picture and its class. */
export interface Entry {
  readonly path: string;
  readonly label: number;
}

/** The pictures of both parts. */
export interface Pictures {
  readonly train: Split;
  /** null: there is no such part. */
  readonly test: Split | null;
  readonly remarks: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** One that was read. */
interface Read {
  readonly entry: Entry;
  readonly pixels: Pixels;
}

const readAtOnce = 8;

/**
 * Reads pictures, all of one size.
 * @param of whose pictures they are, for messages.
 * @throws AdsamError as `readFolder`.
 */
export async function readPictures(
  training: readonly Entry[],
  testing: readonly Entry[],
  { resize, corrupt }: ReadingOptions,
  { folder, classNames }: { readonly folder: string; readonly classNames: readonly string[] },
): Promise<Pictures> {
  const sizes = new Sizes();
  const leftOut: LeftOut[] = [];
  const read = async (entry: Entry): Promise<Read[]> => {
    try {
      const pixels = await readPixels(entry.path, resize);
      return sizes.fits(pixels, entry.path) ? [{ entry, pixels }] : [];
    } catch (error) {
      if (!(error instanceof AdsamError && error.code === "data")) throw error;
      leftOut.push({ what: entry.path, why: error.message.slice(error.message.indexOf(": ") + 2), corrupt: true });
      return [];
    }
  };
  const limit = pLimit(readAtOnce);
  const [train, test] = [(await limit.map(training, read)).flat(), (await limit.map(testing, read)).flat()];
  leftOut.sort((a, b) => (a.what < b.what ? -1 : 1));
  if (corrupt === "refuse" && leftOut.length > 0) throw damaged(folder, leftOut);
  sizes.requireOne(folder);
  requireClasses(train, classNames, folder);
  if (testing.length > 0 && test.length === 0)
    throw new AdsamError("data", `${folder}: no picture to test on can be read`);
  return {
    train: splitOf(train, classNames.length),
    test: testing.length === 0 ? null : splitOf(test, classNames.length),
    remarks: traitsOf([...train, ...test]),
    leftOut,
  };
}

/** Which sizes pictures have; those of another than the first are not kept. */
class Sizes {
  readonly #found = new Map<string, { count: number; readonly path: string }>();

  fits({ height, width }: Pixels, path: string): boolean {
    const size = `${width}x${height}`;
    const seen = this.#found.get(size);
    if (seen === undefined) this.#found.set(size, { count: 1, path });
    else seen.count++;
    return this.#found.keys().next().value === size;
  }

  requireOne(folder: string): void {
    if (this.#found.size <= 1) return;
    const sizes = [...this.#found].sort(([, a], [, b]) => b.count - a.count);
    const shown = sizes.slice(0, 5).map(([size, { count, path }]) => `${count} of ${size} (such as ${path})`);
    const more = sizes.length > 5 ? `, and ${sizes.length - 5} other sizes` : "";
    throw new AdsamError("data", `${folder}: expected pictures of one size, got ${shown.join(", ")}${more}`, {
      suggestion: "scale them to squares with the option resize (--resize 32)",
    });
  }
}

function damaged(folder: string, leftOut: readonly LeftOut[]): AdsamError {
  const names = leftOut.slice(0, 20).map(({ what, why }) => `\n  ${what}: ${why}`);
  const more = leftOut.length > 20 ? `\n  and ${leftOut.length - 20} more` : "";
  const pictures = leftOut.length === 1 ? "a picture" : `${leftOut.length} pictures`;
  return new AdsamError("data", `${folder} holds ${pictures} that cannot be read:${names.join("")}${more}`, {
    suggestion: "repair or remove them, or leave them out with the option corrupt: skip (--corrupt skip)",
  });
}

function requireClasses(read: readonly Read[], classNames: readonly string[], folder: string): void {
  const known = new Set(read.map(({ entry }) => entry.label));
  const empty = classNames.filter((_, label) => !known.has(label));
  if (empty.length === 0) return;
  throw new AdsamError(
    "data",
    `${folder}: expected pictures to train on of each class, got none of ${empty.join(", ")}`,
    {
      suggestion: "add pictures, or remove the folder of the class",
    },
  );
}

function splitOf(read: readonly Read[], classes: number): Split {
  const [first] = read;
  const { height = 0, width = 0 } = first?.pixels ?? {};
  const size = 3 * height * width;
  const images = new Uint8Array(read.length * size);
  for (const [i, { pixels }] of read.entries()) images.set(pixels.data, i * size);
  const labels = read.map(({ entry }) => entry.label);
  return { images: tensor(images, [read.length, 3, height, width]), labels: labelTensor(labels, classes) };
}

function traitsOf(read: readonly Read[]): string[] {
  const counts = new Map<string, number>();
  for (const trait of read.flatMap(({ pixels }) => pixels.traits)) counts.set(trait, (counts.get(trait) ?? 0) + 1);
  return [...counts].map(([trait, count]) => `${count} of ${read.length} pictures: ${trait}`);
}
