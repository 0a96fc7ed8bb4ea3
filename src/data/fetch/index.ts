import { join, resolve } from "node:path";
import type { Cancellable } from "../../backend.ts";
import { AdsamError } from "../../errors.ts";
import { fileError, makeFolders } from "../../files.ts";
import { withLock } from "../../lock.ts";
import { describeOwner } from "../../owner.ts";
import { nearest } from "../../validation.ts";
import { knownName, type PublishedName, publishedNames } from "../names.ts";
import { isFile } from "../sources/place.ts";
import { type DownloadProgress, download, isRight } from "./download.ts";
import { type Publication, publications } from "./files.ts";
import { fetchedFolder } from "./folder.ts";

export type { DownloadProgress } from "./download.ts";

/** Where a data set is fetched from, and where to. */
export interface FetchDataOptions extends Cancellable {
  /** A folder for the files; otherwise the one in which `loadDataset` looks for the data set by its name. */
  readonly folder?: string | undefined;
  /** An address to which the files' names are added, in place of the publishers'. */
  readonly mirror?: string | undefined;
  /** Told how far it is, for each part of a file that comes. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Told that another process fetches into the folder, for which this one waits. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

/** What was fetched. */
export interface FetchedData {
  /** The data set. */
  readonly name: PublishedName;
  /** Where its files are. */
  readonly folder: string;
  /** Its files. */
  readonly files: readonly FetchedFile[];
}

/** A file that is there now. */
export interface FetchedFile {
  /** Its absolute path. */
  readonly path: string;
  /** Whether it was there before. */
  readonly wasThere: boolean;
}

/**
 * Downloads a published data set: CIFAR-10, CIFAR-100 (the binary versions), SVHN, MNIST, FashionMNIST. What is interrupted goes
 * on when it is called again; a file gets its name once its published checksum holds.
 * @throws AdsamError `usage` for another name; `environment` when a server cannot be reached or breaks off, `file` when it has no
 *   such file or the folder holds another one of its name, `data` for another checksum, `disk`, and `cancelled`.
 */
export async function fetchData(name: string, options: FetchDataOptions = {}): Promise<FetchedData> {
  const known = publishedNames.find((candidate) => candidate === knownName(name));
  if (known === undefined) {
    throw new AdsamError("usage", `unknown data set "${name}": ${nearest(name, [...publishedNames])}`, {
      suggestion: "these are published and can be fetched; digits comes with the package",
    });
  }
  const folder = resolve(options.folder ?? fetchedFolder(known));
  await makeFolders(folder).catch((error: unknown) => {
    throw fileError(error, "write", folder);
  });
  const { onWait = () => {} } = options;
  const lock = join(folder, ".fetch.lock");
  const fetchAll = async () => ({ name: known, folder, files: await fetchFiles(publications[known], folder, options) });
  return withLock(lock, (holder) => onWait(describeOwner(holder)), fetchAll);
}

/** The files of a publication, into a folder that is there. Throws as `fetchData`. */
export async function fetchFiles(
  { address, files }: Publication,
  folder: string,
  options: FetchDataOptions,
): Promise<FetchedFile[]> {
  const { signal, onProgress = () => {} } = options;
  const base = addressOf(options.mirror ?? address);
  const fetched: FetchedFile[] = [];
  for (const { name: file, md5 } of files) {
    const path = join(folder, file);
    const wasThere = await isThere(path, md5);
    const told = (progress: Omit<DownloadProgress, "file">) => onProgress({ file, ...progress });
    if (!wasThere) await download({ url: `${base}/${file}`, path, md5, signal, onProgress: told });
    fetched.push({ path, wasThere });
  }
  return fetched;
}

/** @throws AdsamError `file` for a file of another content: it may be somebody's. */
async function isThere(path: string, md5: string): Promise<boolean> {
  if (await isRight(path, md5)) return true;
  if (!(await isFile(path))) return false;
  throw new AdsamError("file", `${path} is there, and is not the published file (MD5 ${md5})`, {
    suggestion: "move it away, or name another folder",
  });
}

/** @throws AdsamError `usage` for what is no address of the web. */
function addressOf(text: string): string {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address?.protocol === "http:" || address?.protocol === "https:") return text.replace(/\/$/, "");
  throw new AdsamError("usage", `mirror: expected an address that begins with http:// or https://, got ${text}`);
}
