import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { filesOfCases, filesOfInputs } from "../../conformance/prove/case-file.ts";
import { fileError } from "../../files.ts";
import type { LedgerProof, LedgerTwin } from "./ledger.generated.ts";
import type { Ledger } from "./read.ts";

/** What a proof hangs on, as digests: file times say nothing in a fresh clone. */
export type Digests = Pick<LedgerProof, "python" | "contract" | "port" | "asked">;

/** What each digest is of, where it has changed. */
export const changes: Readonly<Record<keyof Digests, string>> = {
  python: "the Python side has changed since its proof",
  contract: "how Python's function is called has changed since its proof",
  port: "the twin has changed since its proof",
  asked: "what it is proved on has changed since its proof",
};

/** SHA-256 of a value as JSON. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** Of a twin's file, and those that it imports by a path, by their paths from `folder`. */
export async function portDigest(folder: string, port: string): Promise<string> {
  const waiting = [resolve(folder, port.split("#")[0] ?? port)];
  const found = new Map<string, string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const text = await textOf(path);
    found.set(path, text);
    for (const [, name = ""] of text.matchAll(/["'](\.{1,2}\/[^"'\n]*)["']/g)) {
      const imported = await moduleAt(resolve(dirname(path), name));
      if (imported !== undefined) waiting.push(imported);
    }
  }
  return digestOf([...found].map(([path, text]) => [relative(folder, path), text]).sort());
}

/** Of a twin's entry, what its program is run with, and the files that it names: cases, recorded calls, and those that inputs are read from. */
export async function askedDigest(
  { folder, file: { argv, cuda } }: Pick<Ledger, "folder" | "file">,
  { port: _, cases, calls, ...rest }: LedgerTwin,
): Promise<string> {
  const { inputs = {}, init = {} } = rest;
  const files = cases === undefined ? [] : await filesOfCases(resolve(folder, cases));
  const recorded = calls === undefined ? [] : await filesIn(resolve(folder, calls));
  const named = [inputs, init].flatMap((one) => filesOfInputs(one, folder));
  const contents = [...new Set([...files, ...recorded, ...named])].map(async (path) => [
    relative(folder, path),
    createHash("sha256")
      .update(await bytesOf(path))
      .digest("hex"),
  ]);
  return digestOf([rest, argv, cuda, await Promise.all(contents)]);
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, "read", folder);
  });
  return names.flatMap((one) => (one.isFile() ? [join(one.parentPath, one.name)] : [])).sort();
}

/** A module as an import names it: with its ending, that of what it is compiled to, or none. */
async function moduleAt(path: string): Promise<string | undefined> {
  const bare = path.replace(/\.[cm]?jsx?$/, "");
  const endings = ["", ".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", "/index.ts", "/index.js"];
  for (const one of [path, ...endings.map((ending) => `${bare}${ending}`)]) {
    const found = await stat(one).catch(() => undefined);
    if (found?.isFile()) return one;
  }
  return undefined;
}

async function textOf(path: string): Promise<string> {
  return (await bytesOf(path)).toString("utf8");
}

function bytesOf(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw fileError(error, "read", path);
  });
}
