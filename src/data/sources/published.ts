import { basename, dirname, join } from "node:path";
import { AdsamError } from "../../errors.ts";
import type { PublishedName } from "../names.ts";
import { cifarVersions } from "./cifar.ts";
import type { Found } from "./found.ts";
import { mnistVersions } from "./mnist.ts";
import { isArchive, isFile, Place } from "./place.ts";
import { svhnVersions } from "./svhn.ts";
import type { Version } from "./version.ts";

const versions: readonly Version[] = [...cifarVersions, ...svhnVersions, ...mnistVersions];

/** A published data set that is there. */
export interface Held {
  readonly name: PublishedName;
  /** @throws AdsamError `data` when its files are damaged. */
  read(): Promise<Found>;
}

/**
 * Reads a published data set from a folder, from the folder or archive within it, or from an archive.
 * @throws AdsamError `file` when its files are not there, `data` when they are damaged.
 */
export async function readPublished(name: PublishedName, path: string): Promise<Found> {
  const own = versions.filter((version) => version.name === name);
  const [held] = await heldAt(path, own);
  if (held !== undefined) return held.read();
  const expected = own.flatMap(({ files, archive }) => [files.join(", "), ...(archive === null ? [] : [archive])]);
  throw new AdsamError("file", `${name}: expected ${expected.join("; or ")} in ${path}`, {
    suggestion: `give the folder or archive that it is in, or download it: adsam data fetch ${name.toLowerCase()}`,
  });
}

/**
 * The published data set at a path of which no name is said; undefined where there is none.
 * @throws AdsamError `usage` where there are several, `data` for an archive that is damaged or of something else.
 */
export async function findPublished(path: string): Promise<Held | undefined> {
  const found = new Map((await heldAt(path, versions)).reverse().map((held) => [held.name, held])); // of one name the first
  if (found.has("MNIST") && found.has("FashionMNIST")) found.delete(isFashion(path) ? "MNIST" : "FashionMNIST"); // files of the same names
  if (found.size > 1) {
    throw new AdsamError("usage", `${path} holds ${[...found.keys()].reverse().join(" and ")}`, {
      suggestion: "name one of them as the data set, and this as where its files are",
    });
  }
  const [held] = found.values();
  if (held === undefined && isArchive(path) && (await isFile(path))) {
    throw new AdsamError("data", `${path}: expected an archive of CIFAR-10 or CIFAR-100`, {
      suggestion: "unpack archives of other data sets, and give their folder",
    });
  }
  return held;
}

/** By the names of the folder and of the one around it. */
function isFashion(path: string): boolean {
  return [path, dirname(path)].some((folder) => basename(folder).toLowerCase().includes("fashion"));
}

async function heldAt(path: string, sought: readonly Version[]): Promise<Held[]> {
  if (isArchive(path) && (await isFile(path))) {
    const folder = await Place.beginningOf(path);
    const begun = sought.filter(({ folders }) => folder !== undefined && folders.includes(folder));
    if (begun.length > 0) return begun.map((version) => packedIn(version, path));
    const place = await Place.archive(path);
    return sought.filter((version) => isWhole(version, place)).map((version) => heldIn(version, place));
  }
  const held = await Promise.all(sought.map((version) => heldBelow(path, version)));
  return held.filter((one) => one !== undefined);
}

async function heldBelow(path: string, version: Version): Promise<Held | undefined> {
  for (const folder of [path, ...version.folders.map((name) => join(path, name))]) {
    const place = await Place.folder(folder);
    if (place !== undefined && isWhole(version, place)) return heldIn(version, place);
  }
  const archive = version.archive === null ? undefined : join(path, version.archive);
  return archive !== undefined && (await isFile(archive)) ? packedIn(version, archive) : undefined;
}

/** Not unpacked before it is read. */
function packedIn(version: Version, path: string): Held {
  return {
    name: version.name,
    async read() {
      const place = await Place.archive(path);
      if (isWhole(version, place)) return version.read(place);
      throw new AdsamError("data", `${path}: expected an archive of ${version.files.join(", ")}`);
    },
  };
}

function isWhole({ files }: Version, place: Place): boolean {
  return files.every((file) => place.has(file));
}

function heldIn(version: Version, place: Place): Held {
  return { name: version.name, read: () => version.read(place) };
}
