import { readFile } from "node:fs/promises";
import { AdsamError } from "../errors.ts";
import { fileError } from "./errors.ts";

/** What a JSON file holds. @throws AdsamError `file` for a file that cannot be read, or holds no JSON. */
export async function jsonIn(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(error, "read", path);
  });
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")); // which some editors begin a file with
  } catch (cause) {
    throw new AdsamError("file", `${path}: expected JSON: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
