import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { AdsamError } from "../../errors.ts";
import { fileError, systemCode } from "../../files.ts";
import type { ReadingOptions } from "../../schema/data.ts";
import { isPicture } from "../pictures.ts";
import { type Entry, readPictures } from "./folder-pictures.ts";
import type { Found, LeftOut } from "./found.ts";
import { holdOut } from "./hold-out.ts";
import { halves } from "./normalizations.ts";

/** What the folders of the parts may be called; of several the first is taken. */
const partNames = {
  train: ["train", "training"],
  test: ["test", "testing", "val", "valid", "validation"],
} as const;

/**
 * A folder of pictures for each class, or `train` and `test` (or `val`) with such folders. The classes are in the order of
 * their names, as torchvision has them, or of their numbers where all names are numbers. Within a part the classes take
 * turns, so that the first images are of all of them.
 * @throws AdsamError `data` for pictures that are damaged, all of them named, for several sizes where none is asked for, and
 *   for a class without pictures; `file` for a folder that cannot be read; `environment` without the package sharp.
 */
export async function readFolder(folder: string, options: ReadingOptions): Promise<Found> {
  const { train, test, leftOut } = await partsOf(folder);
  const classNames = await classesIn(train);
  const training = await entriesOf(train, classNames);
  const testing = test === undefined ? undefined : await entriesOf(test, classNames);
  const pictures = await readPictures(training.entries, testing?.entries ?? [], options, { folder, classNames });
  const split =
    pictures.test === null
      ? holdOut(pictures.train, options.holdOut)
      : { ...pictures, test: pictures.test, remarks: [] };
  return {
    format: test === undefined ? "a folder of pictures for each class" : "folders of pictures for each class, in parts",
    dataset: {
      name: basename(resolve(folder)),
      classes: classNames.length,
      classNames,
      train: split.train,
      test: split.test,
      normalization: halves,
    },
    remarks: [...pictures.remarks, ...split.remarks],
    leftOut: [...leftOut, ...training.leftOut, ...(testing?.leftOut ?? []), ...pictures.leftOut],
  };
}

interface Parts {
  readonly train: string;
  readonly test: string | undefined;
  readonly leftOut: readonly LeftOut[];
}

async function partsOf(folder: string): Promise<Parts> {
  const names = (await list(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const named = (wanted: readonly string[]) =>
    wanted.map((word) => names.find((name) => name.toLowerCase() === word)).find((name) => name !== undefined);
  const [train, test] = [named(partNames.train), named(partNames.test)];
  if (train === undefined) return { train: folder, test: undefined, leftOut: [] };
  const others = names.filter((name) => name !== train && name !== test);
  return {
    train: join(folder, train),
    test: test === undefined ? undefined : join(folder, test),
    leftOut: others.map((name) => ({ what: join(folder, name), why: `beside the folder ${train}`, corrupt: false })),
  };
}

/** @throws AdsamError `data` for fewer than two. */
async function classesIn(folder: string): Promise<string[]> {
  const entries = await list(folder);
  const names = entries.flatMap((entry) => (entry.isDirectory() && !isHidden(entry.name) ? [entry.name] : []));
  const byName = (a: string, b: string) => (a < b ? -1 : 1);
  const numbered = names.every((name) => /^\d+$/.test(name));
  if (names.length >= 2) return names.sort(numbered ? (a, b) => Number(a) - Number(b) || byName(a, b) : byName);
  const pictures = entries.filter(({ name }) => isPicture(name)).length;
  const got = names.length === 1 ? `one, ${names[0]}` : pictures > 0 ? `${pictures} pictures and none` : "none";
  throw new AdsamError("data", `${folder}: expected a folder of pictures for each of at least 2 classes, got ${got}`, {
    suggestion: "sort the pictures into a folder for each class, or name the file of a data set",
  });
}

/** The pictures of a part, the classes taking turns, and what is none. */
async function entriesOf(folder: string, classNames: readonly string[]) {
  const leftOut: LeftOut[] = [];
  const leave = (what: string, why: string) => leftOut.push({ what, why, corrupt: false });
  const byClass = new Map(classNames.map((name): [string, Entry[]] => [name, []]));
  for (const entry of await list(folder)) {
    const path = join(folder, entry.name);
    const entries = byClass.get(entry.name);
    if (isHidden(entry.name)) leave(path, "hidden");
    else if (!entry.isDirectory()) leave(path, "in no class's folder");
    else if (entries === undefined) throw unknownClass(path, classNames);
    else {
      for (const file of await filesIn(path)) {
        if (isHidden(relative(path, file))) leave(file, "hidden");
        else if (isPicture(file)) entries.push({ path: file, label: classNames.indexOf(entry.name) });
        else leave(file, "no picture by its ending");
      }
    }
  }
  return { entries: inTurns([...byClass.values()]), leftOut };
}

function inTurns<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, i) => lists.flatMap((items) => items.slice(i, i + 1))).flat();
}

function unknownClass(path: string, classNames: readonly string[]): AdsamError {
  return new AdsamError("data", `${path}: no class to train on is called ${basename(path)}`, {
    suggestion: `expected ${classNames.slice(0, 20).join(", ")}${classNames.length > 20 ? ", …" : ""}`,
  });
}

/** What systems leave in folders. */
function isHidden(path: string): boolean {
  return path.split("/").some((name) => name.startsWith(".") || name === "__MACOSX");
}

/** In the order of their names, whatever the file system says. */
async function list(folder: string): Promise<Pick<Dirent, "name" | "isDirectory">[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    return await Promise.all(
      entries.map(async (entry) => (entry.isSymbolicLink() ? linked(entry.name, join(folder, entry.name)) : entry)),
    );
  } catch (error) {
    throw fileError(error, "read", folder);
  }
}

/** What a link leads to; one that leads nowhere is told of when it is read. */
async function linked(name: string, path: string): Promise<Pick<Dirent, "name" | "isDirectory">> {
  const isFolder = await stat(path).then(
    (target) => target.isDirectory(),
    (error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw error;
      return false;
    },
  );
  return { name, isDirectory: () => isFolder };
}

async function filesIn(folder: string): Promise<string[]> {
  const found = await Promise.all(
    (await list(folder)).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    }),
  );
  return found.flat();
}
