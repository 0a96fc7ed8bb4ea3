import { randomUUID } from "node:crypto";
import { appendFileSync, rmSync, type StatsFs, statfsSync } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AdsamError } from "../errors.ts";
import { fileError } from "../files.ts";

type Paths = readonly [string, ...string[]];

/** A session's own folders, in memory where that can be: the first is for its sockets, each for the tensors it has room for. */
export class Folders {
  readonly paths: Paths;

  private constructor(paths: Paths) {
    this.paths = paths;
  }

  /**
   * Makes one in each of these that may be written.
   * @throws AdsamError `environment` when none may.
   */
  static async make(parents: readonly string[] = ["/dev/shm", tmpdir()]): Promise<Folders> {
    const made: string[] = [];
    const refused: string[] = [];
    for (const parent of new Set(parents)) {
      await mkdtemp(join(parent, "adsam-")).then(
        (path) => made.push(path),
        (error: Error) => refused.push(error.message),
      );
    }
    const [first, ...others] = made;
    if (first !== undefined) return new Folders([first, ...others]);
    throw new AdsamError("environment", `expected a folder for temporary files, got: ${refused.join("; ")}`, {
      suggestion: "name one that may be written in the variable TMPDIR",
    });
  }

  /**
   * Has a new file of about so many bytes written, and returns its path.
   * @throws AdsamError `disk` when no folder has room, and whatever `write` throws.
   */
  async write(bytes: number, write: (path: string) => Promise<void>): Promise<string> {
    return writeIn(this.paths, bytes, write);
  }

  /** The same for who cannot wait. */
  writeNow(bytes: number, parts: readonly Uint8Array[]): string {
    const roomy = this.paths.find((folder) => roomIn(statfsSync(folder), bytes));
    const path = newPath(roomy ?? this.paths[0]);
    try {
      for (const part of parts) appendFileSync(path, part);
      return path;
    } catch (error) {
      rmSync(path, { force: true });
      throw fileError(error, "write", path);
    }
  }

  async remove(): Promise<void> {
    await Promise.all(this.paths.map((path) => rm(path, removal).catch(() => {}))); // of no use to anyone by now
  }

  removeSync(): void {
    for (const path of this.paths) rmSync(path, removal);
  }
}

/** Python may be adding a file as it is killed. */
const removal = { recursive: true, force: true, maxRetries: 3 } as const;

async function writeIn(
  [folder, next, ...others]: Paths,
  bytes: number,
  write: (path: string) => Promise<void>,
): Promise<string> {
  const path = newPath(folder);
  if (next !== undefined && !(await hasRoom(folder, bytes))) return writeIn([next, ...others], bytes, write);
  try {
    await write(path);
    return path;
  } catch (error) {
    if (next === undefined || !(error instanceof AdsamError && error.code === "disk")) throw error;
    return writeIn([next, ...others], bytes, write); // someone else was quicker to fill it
  }
}

function newPath(folder: string): string {
  return join(folder, `${randomUUID()}.safetensors`);
}

async function hasRoom(folder: string, bytes: number): Promise<boolean> {
  return roomIn(await statfs(folder), bytes);
}

/** Whether there is room for twice as much: the answer needs some, and so do others. */
function roomIn({ bavail, bsize }: StatsFs, bytes: number): boolean {
  return bavail * bsize >= 2 * bytes;
}
