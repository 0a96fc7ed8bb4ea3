import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { AdsamError } from "../../errors.ts";
import { fileError, systemCode } from "../../files.ts";
import { readUnpacked } from "../formats/gzip.ts";
import { untar } from "../formats/tar.ts";

/** Where the files of a published data set are: a folder, or an archive. */
export class Place {
  /** Its path. */
  readonly path: string;
  readonly #names: ReadonlySet<string>;
  readonly #read: (name: string) => Promise<Uint8Array>;

  private constructor(path: string, names: Iterable<string>, read: (name: string) => Promise<Uint8Array>) {
    [this.path, this.#names, this.#read] = [path, new Set(names), read];
  }

  /** What lies in a folder; undefined where there is no such folder. */
  static async folder(path: string): Promise<Place | undefined> {
    try {
      const entries = await readdir(path, { withFileTypes: true });
      const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
      return new Place(path, names, (name) => readUnpacked(join(path, name)));
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
      throw fileError(error, "read", path);
    }
  }

  /**
   * What lies in an archive (.tar, .tar.gz, .tgz), whatever folders it has within.
   * @throws AdsamError `data` when it is damaged.
   */
  static async archive(path: string): Promise<Place> {
    const files = new Map([...untar(await readUnpacked(path), path)].map(([name, bytes]) => [basename(name), bytes]));
    return new Place(path, files.keys(), async (name) => files.get(name) ?? new Uint8Array());
  }

  /** The folder that an archive begins with; undefined where its first bytes do not say. */
  static async beginningOf(path: string): Promise<string | undefined> {
    const beginning = Buffer.alloc(beginningBytes);
    const file = await open(path);
    const { bytesRead } = await file.read(beginning, 0, beginning.length).finally(() => file.close());
    const name = nameAtStart(beginning.subarray(0, bytesRead));
    return name?.includes("/") ? name.slice(0, name.indexOf("/")) : undefined;
  }

  has(file: string): boolean {
    return this.#nameOf(file) !== undefined;
  }

  pathOf(file: string): string {
    return join(this.path, this.#nameOf(file) ?? file);
  }

  /** The bytes of a file, unpacked where gzip has packed it. */
  async read(file: string): Promise<Uint8Array> {
    const name = this.#nameOf(file);
    if (name === undefined) throw new AdsamError("file", `cannot read ${this.pathOf(file)}: there is no such file`);
    return this.#read(name);
  }

  /** The name itself, with `.gz`, or with a point where some unpackers put one. */
  #nameOf(file: string): string | undefined {
    const spellings = [file, file.replace("-idx", ".idx")];
    return spellings.flatMap((name) => [name, `${name}.gz`]).find((name) => this.#names.has(name));
  }
}

const beginningBytes = 1 << 14;

/** Of a tar archive, packed by gzip or not, of which there is a beginning. */
function nameAtStart(beginning: Buffer): string | undefined {
  try {
    const packed = beginning[0] === 0x1f;
    const header = packed ? gunzipSync(beginning, { finishFlush: constants.Z_SYNC_FLUSH }) : beginning;
    return header.toString("utf8", 0, 100);
  } catch {
    return undefined; // damaged: whoever reads it whole says so
  }
}

/** Whether a path is an archive's, by its ending. */
export function isArchive(path: string): boolean {
  return [".tar", ".tar.gz", ".tgz"].some((ending) => path.toLowerCase().endsWith(ending));
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
